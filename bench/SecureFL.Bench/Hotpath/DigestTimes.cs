using SecureFL.Bench.Measurement;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Bench.Hotpath;

/// <summary>
/// The linear digest of a client's packed chunks, and of the server's unreduced sum, as clients would check it.
/// </summary>
internal sealed class DigestTimes(AggregationParameters parameters, int threads)
{
    private readonly LinearDigestKey _key = new(new byte[LinearDigestKey.PlanDigestSize]);
    private LinearDigest _sum = LinearDigest.Zero;

    internal Samples Client { get; } = new();

    internal Samples Verification { get; } = new();

    /// <summary>Times the digest of an upload, and adds it to the sum of digests.</summary>
    internal void Digest(LaneUploads uploads, int upload)
    {
        LinearDigest? digest = null;
        Client.Time(threads, parameters.VectorLength, () => digest = Run(
            LinearDigestBuilder.OfContribution(_key, parameters),
            (builder, chunk) => builder.Append(chunk, uploads.Chunk(upload, chunk))));
        _sum = _sum.Add(digest!);
    }

    /// <summary>Times the digest of the sum. Whether it is the sum of the digests.</summary>
    internal bool Verify(ContributionAccumulator accumulator, int clients)
    {
        LinearDigest? digest = null;
        Verification.Time(threads, parameters.VectorLength, () => digest = Run(
            LinearDigestBuilder.OfSum(_key, parameters, clients),
            (builder, chunk) => builder.Append(chunk, accumulator.Sums(chunk))));
        return digest!.Equals(_sum);
    }

    /// <summary>Tiered compilation happens here, not in the figures.</summary>
    internal static void WarmUp()
    {
        LinearDigestKey key = new(new byte[LinearDigestKey.PlanDigestSize]);
        AggregationParameters small = AggregationPlanner.Plan(
            new PlanningRequest(2_000_000, 16, Clip: 1f, MaxClients: 100, KeyHolders: 3));
        using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(key, small);
        using LinearDigestBuilder sums = LinearDigestBuilder.OfSum(key, small, 100);
        byte[] packed = new byte[small.ChunkBytes];
        ulong[] words = new ulong[small.RingDegree * small.Primes.Length];
        for (long chunk = 0; chunk < small.ChunkCount; chunk++)
        {
            builder.Append(chunk, packed);
            sums.Append(chunk, words);
        }
    }

    private LinearDigest Run(LinearDigestBuilder first, Action<LinearDigestBuilder, long> append)
    {
        LinearDigestBuilder[] workers =
            [first, .. Enumerable.Range(1, threads - 1).Select(_ => first.CreateWorker())];
        ChunkThreads.Each(threads, parameters.ChunkCount, (chunk, thread) => append(workers[thread], chunk));
        foreach (LinearDigestBuilder worker in workers.Skip(1))
        {
            first.Merge(worker);
            worker.Dispose();
        }

        LinearDigest digest = first.Complete();
        first.Dispose();
        return digest;
    }
}
