using SecureFL.Bench.Measurement;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Bench.Hotpath;

/// <summary>
/// What linear digests cost: a client's encryption with and without, and a client's check of the sum.
/// </summary>
internal sealed class DigestTimes(AggregationParameters parameters, int threads)
{
    private readonly LinearDigestKey _key = new(new byte[LinearDigestKey.PlanDigestSize]);
    private readonly List<LinearDigest> _digests = [];

    /// <summary>Encrypting and digesting, chunk by chunk.</summary>
    internal Samples Encrypt { get; } = new();

    /// <summary>How much longer that took than encrypting the same vector alone, right before or after.</summary>
    internal Samples Added { get; } = new();

    /// <summary>The digest of the sum alone.</summary>
    internal Samples OfSum { get; } = new();

    /// <summary>All that a client does with a packed sum, on one thread.</summary>
    internal Samples Verification { get; } = new();

    /// <summary>
    /// Encrypts once with the digest and once without, the one or the other first, and keeps the digest.
    /// </summary>
    /// <param name="without">Where the time without goes.</param>
    /// <param name="withFirst">The order.</param>
    /// <param name="encrypt">Encrypts a contribution; calls what it gets, if anything, with each finished chunk and
    /// the thread's number.</param>
    internal void Compare(Samples without, bool withFirst, Action<ChunkTaker?> encrypt)
    {
        Samples plain = new();
        Samples digested = new();
        if (!withFirst)
        {
            plain.Time(threads, parameters.VectorLength, () => encrypt(null));
        }

        digested.Time(threads, parameters.VectorLength, () => _digests.Add(
            Run(LinearDigestBuilder.OfContribution(_key, parameters),
                workers => encrypt((chunk, thread, packed) => workers[thread].Append(chunk, packed)))));
        if (withFirst)
        {
            plain.Time(threads, parameters.VectorLength, () => encrypt(null));
        }

        without.Add(plain.Median);
        Encrypt.Add(digested.Median);
        Added.Add(digested.Median - plain.Median);
    }

    /// <summary>Times the digest of the sum. Whether it is the sum of the digests.</summary>
    internal bool Verify(ContributionAccumulator accumulator, int clients)
    {
        LinearDigest? digest = null;
        OfSum.Time(threads, parameters.VectorLength, () => digest = Run(
            LinearDigestBuilder.OfSum(_key, parameters, clients),
            workers => ChunkThreads.Each(threads, parameters.ChunkCount,
                (chunk, thread) => workers[thread].Append(chunk, accumulator.Sums(chunk)))));
        return digest!.Equals(LinearDigest.Sum(_digests));
    }

    /// <summary>
    /// Times a client's whole verification of the packed sum: unpack, digest, open, decode to float32 means. Whether
    /// the digest is the sum of the digests, and every lane holds its sum.
    /// </summary>
    internal bool VerifyAll(ContributionAccumulator accumulator, int clients, SumOpener opener, float[] means)
    {
        int bytes = SummedChunkPacking.Bytes(parameters, clients);
        byte[] packed = new byte[bytes * parameters.ChunkCount];
        for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
        {
            SummedChunkPacking.Pack(parameters, clients, accumulator.Sums(chunk),
                packed.AsSpan((int)chunk * bytes, bytes));
        }

        ulong[] words = new ulong[SummedChunkPacking.Words(parameters)];
        long[] sums = new long[parameters.ElementsPerChunk];
        double factor = parameters.Step / clients;
        bool same = false;
        Verification.Time(threads: 1, parameters.VectorLength, () =>
        {
            using LinearDigestBuilder builder = LinearDigestBuilder.OfSum(_key, parameters, clients);
            for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
            {
                SummedChunkPacking.Unpack(parameters, clients, packed.AsSpan((int)chunk * bytes, bytes), words);
                builder.Append(chunk, words);
                Span<long> opened = sums.AsSpan(0, parameters.ElementsIn(chunk));
                opener.OpenChunk(chunk, words, opened);
                Span<float> here =
                    means.AsSpan((int)chunk * parameters.ElementsPerChunk, parameters.FloatsIn(chunk));
                for (int i = 0; i < here.Length; i++)
                {
                    here[i] = (float)(opened[i] * factor);
                }
            }

            same = builder.Complete().Equals(LinearDigest.Sum(_digests));
        });
        return same && opener.InsideLanes;
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

    private LinearDigest Run(LinearDigestBuilder first, Action<LinearDigestBuilder[]> work)
    {
        LinearDigestBuilder[] workers =
            [first, .. Enumerable.Range(1, threads - 1).Select(_ => first.CreateWorker())];
        work(workers);
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

/// <summary>Takes a finished chunk of a thread.</summary>
internal delegate void ChunkTaker(long chunk, int thread, ReadOnlySpan<byte> packed);
