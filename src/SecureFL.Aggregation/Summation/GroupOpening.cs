using System.Numerics.Tensors;
using SecureFL.Ckks.Parameters;
using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Planning;

namespace SecureFL.Aggregation;

/// <summary>
/// Opens one group's sum and judges it: every sum within n (2^(b-1) - 1), nothing above the lanes, and the variance of
/// the rounding residues below n sigma^2 (1 + 16 sqrt(2/M)) over M coefficients. Honest residues exceed that with
/// probability below 2^-100 for M of 1024 and more (Laurent and Massart 2000, lemma 1); a wrong key leaves residues
/// uniform over Delta, of at least 85 n sigma^2.
/// </summary>
internal static class GroupOpening
{
    public static (GroupStatus Status, Digest Digest) Open(
        AggregationPlan plan, RoundOpening opening, int group, int clients, GroupKey key, ContributionAccumulator sum,
        ISumSink sink)
    {
        AggregationParameters parameters = plan.Parameters;
        using SumOpener opener = new(parameters, PublicSeed.Of(opening), key.KeySum.AsSpan());
        using GroupSumHash hash = new(group);
        long bound = (long)clients * parameters.MaxQuantised;
        long[] sums = new long[parameters.ElementsPerChunk];
        for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
        {
            Span<long> piece = sums.AsSpan(0, parameters.ElementsIn(chunk));
            opener.OpenChunk(chunk, sum, piece);
            if (!opener.InsideLanes || TensorPrimitives.Max<long>(piece) > bound
                || TensorPrimitives.Min<long>(piece) < -bound)
            {
                sink.Discard(group);
                return (GroupStatus.LaneOutOfRange, default);
            }

            hash.Append(piece);
            sink.Accept(group, chunk * parameters.ElementsPerChunk, piece);
        }

        if (opener.NoiseVariance > LargestVariance(parameters, clients))
        {
            sink.Discard(group);
            return (GroupStatus.ResidualVariance, default);
        }

        return (GroupStatus.Opened, hash.Finish());
    }

    internal static double LargestVariance(AggregationParameters parameters, int clients)
    {
        double coefficients = (double)parameters.ChunkCount * parameters.RingDegree;
        return clients * parameters.Ckks.Error.Variance() * (1 + (16 * Math.Sqrt(2 / coefficients)));
    }
}
