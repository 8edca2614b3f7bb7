using System.Collections.Immutable;
using System.Numerics.Tensors;
using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Planning;

namespace SecureFL.Aggregation;

/// <summary>
/// Opens the groups of a round: c0 + the sum of the partial decryptions is Delta m + noise, chunk by chunk. A group is
/// judged like in the one-time-key suite: every sum within n (2^(b-1) - 1), nothing above the lanes, and the noise no
/// wider than honest errors and smudging make it.
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
        using GroupSumHash hash = new(group);
        byte[] sum = new byte[parameters.ChunkBytes];
        byte[] packed = new byte[parameters.PolynomialBytes];
        long bound = (long)clients * parameters.MaxQuantised;
        long[] sums = new long[parameters.ElementsPerChunk];
        for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
        {
            store.Read(RoundSums.First(group), chunk, sum.AsSpan(0, parameters.PolynomialBytes));
            opener.BeginChunk(chunk, sum);
            foreach (int holder in proposal.JointKey!.ActiveSet)
            {
                store.Read(RoundSums.Partial(proposal.Groups.Length, group, holder), chunk, packed);
                opener.AddPartialDecryption(packed);
            }

            Span<long> piece = sums.AsSpan(0, parameters.ElementsIn(chunk));
            opener.FinishChunk(piece);
            if (!opener.InsideLanes || TensorPrimitives.Max<long>(piece) > bound
                || TensorPrimitives.Min<long>(piece) < -bound)
            {
                sink.Discard(group);
                return (GroupStatus.LaneOutOfRange, default);
            }

            hash.Append(piece);
            sink.Accept(group, chunk * parameters.ElementsPerChunk, piece);
        }

        if (opener.NoiseVariance > LargestVariance(parameters))
        {
            sink.Discard(group);
            return (GroupStatus.ResidualVariance, default);
        }

        return (GroupStatus.Opened, hash.Finish());
    }

    // The variance of n_max ciphertexts and t smudging noises, times 1 + 16 sqrt(2/C) over C coefficients, as in the
    // one-time-key suite: noise that is uniform over Delta, which a wrong key or answer leaves, has at least 85 times
    // that variance.
    private static double LargestVariance(AggregationParameters parameters)
    {
        double deviation = parameters.JointKey!.OpeningDeviation;
        return deviation * deviation * (1 + (16 * Math.Sqrt(2.0 / parameters.CoefficientsPerOpening)));
    }
}
