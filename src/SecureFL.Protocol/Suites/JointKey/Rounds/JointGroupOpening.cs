using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>
/// Opens the groups of a round: c0 + the sum of the partial decryptions is Delta m + noise, whose variance is that of
/// n_max ciphertexts and t smudging noises, chunk by chunk; <see cref="GroupJudgement"/> judges it.
/// </summary>
internal static class JointGroupOpening
{
    public static AggregationResult Open(AggregationPlan plan, CertificateProposal proposal, RoundSums sums,
        ISumSink sink)
    {
        GroupResult[] groups = new GroupResult[proposal.Groups.Length];
        for (int group = 0; group < groups.Length; group++)
        {
            ImmutableArray<int> clients = [.. proposal.Groups[group].Select(entry => entry.Client)];
            (GroupStatus status, Digest digest) = Open(plan, proposal, group, clients.Length, sums, sink);
            groups[group] = new GroupResult(group, clients, status, digest);
        }

        return new AggregationResult(plan, proposal.Context, proposal.Hash, [.. groups], []);
    }

    private static (GroupStatus Status, Digest Digest) Open(
        AggregationPlan plan, CertificateProposal proposal, int group, int clients, RoundSums store, ISumSink sink)
    {
        AggregationParameters parameters = plan.Parameters;
        using JointKeyOpener opener = new(parameters);
        using GroupJudgement judgement = new(parameters, group, clients, sink);
        byte[] sum = new byte[parameters.ChunkBytes];
        byte[] packed = new byte[parameters.PolynomialBytes];
        for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
        {
            store.Read(RoundSums.First(group), chunk, sum.AsSpan(0, parameters.PolynomialBytes));
            opener.BeginChunk(chunk, sum);
            foreach (int holder in proposal.JointKey!.ActiveSet)
            {
                store.Read(RoundSums.Partial(proposal.Groups.Length, group, holder), chunk, packed);
                opener.AddPartialDecryption(packed);
            }

            opener.FinishChunk(judgement.Piece(chunk));
            if (!judgement.Accept(chunk, opener.InsideLanes))
            {
                return (GroupStatus.LaneOutOfRange, default);
            }
        }

        double deviation = parameters.JointKey!.OpeningDeviation;
        return judgement.Finish(opener.NoiseVariance,
            GroupJudgement.LargestVariance(deviation * deviation, parameters.CoefficientsPerOpening));
    }
}
