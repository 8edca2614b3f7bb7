using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>
/// Opens one group's sum: c - a s is Delta m + noise, whose variance is n sigma^2 where the key is right, chunk by
/// chunk; <see cref="GroupJudgement"/> judges it.
/// </summary>
internal static class GroupOpening
{
    public static (GroupStatus Status, Digest Digest) Open(
        AggregationPlan plan, RoundOpening opening, int group, int clients, GroupKey key, ContributionAccumulator sum,
        ISumSink sink)
    {
        AggregationParameters parameters = plan.Parameters;
        using SumOpener opener = new(parameters, PublicSeed.Of(opening), key.KeySum.AsSpan());
        using GroupJudgement judgement = new(parameters, group, clients, sink);
        for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
        {
            opener.OpenChunk(chunk, sum, judgement.Piece(chunk));
            if (!judgement.Accept(chunk, opener.InsideLanes))
            {
                return (GroupStatus.LaneOutOfRange, default);
            }
        }

        double coefficients = (double)parameters.ChunkCount * parameters.RingDegree;
        return judgement.Finish(opener.NoiseVariance,
            GroupJudgement.LargestVariance(clients * parameters.Ckks.Error.Variance(), coefficients));
    }
}
