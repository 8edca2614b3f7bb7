using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Tests.Digests;

/// <summary>Every chunk once, in any order, by any number of threads; nothing out of range.</summary>
public sealed class LinearDigestBuilderTests
{
    public static TheoryData<string> Sets() => [.. DigestContents.Sets];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Order_and_threads_do_not_matter(string set)
    {
        AggregationParameters p = DigestContents.Parameters(set);
        ulong[] residues = DigestContents.Random(p, new Random(1));
        LinearDigest expected = DigestContents.Digest(p, residues);
        using LinearDigestBuilder backwards = LinearDigestBuilder.OfContribution(DigestContents.Key, p);
        for (long chunk = p.ChunkCount - 1; chunk >= 0; chunk--)
        {
            backwards.Append(chunk, DigestContents.Chunk(p, residues, chunk));
        }

        Assert.Equal(expected, backwards.Complete());
        using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(DigestContents.Key, p);
        LinearDigestBuilder[] workers = [builder, builder.CreateWorker(), builder.CreateWorker()];
        Parallel.For(0, workers.Length, thread =>
        {
            for (long chunk = thread; chunk < p.ChunkCount; chunk += workers.Length)
            {
                workers[thread].Append(chunk, DigestContents.Chunk(p, residues, chunk));
            }
        });
        builder.Merge(workers[2]);
        builder.Merge(workers[1]);
        Assert.Equal(expected, builder.Complete());
        workers[1].Dispose();
        workers[2].Dispose();
    }

    [Fact]
    public void A_missing_chunk_and_an_unmerged_worker_are_named()
    {
        AggregationParameters p = DigestContents.Parameters("deep");
        ulong[] residues = DigestContents.Random(p, new Random(2));
        using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(DigestContents.Key, p);
        using LinearDigestBuilder worker = builder.CreateWorker();
        for (long chunk = 0; chunk < p.ChunkCount; chunk++)
        {
            Assert.Contains($"chunk {chunk} of {p.ChunkCount} was not added",
                Assert.Throws<InvalidOperationException>(builder.Complete).Message, StringComparison.Ordinal);
            (chunk == 1 ? worker : builder).Append(chunk, DigestContents.Chunk(p, residues, chunk));
        }

        Assert.Contains("not merged", Assert.Throws<InvalidOperationException>(builder.Complete).Message,
            StringComparison.Ordinal);
        builder.Merge(worker);
        Assert.Equal(DigestContents.Digest(p, residues), builder.Complete());
    }

    [Fact]
    public void A_chunk_counts_once_also_over_workers()
    {
        AggregationParameters p = DigestContents.Parameters("small");
        byte[] chunk = DigestContents.Chunk(p, DigestContents.Random(p, new Random(3)), 0);
        using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(DigestContents.Key, p);
        using LinearDigestBuilder worker = builder.CreateWorker();
        builder.Append(0, chunk);
        Assert.Throws<InvalidOperationException>(() => builder.Append(0, chunk));
        Assert.Throws<InvalidOperationException>(() => worker.Append(0, chunk));
    }

    [Fact]
    public void Only_its_own_workers_are_merged()
    {
        AggregationParameters p = DigestContents.Parameters("small");
        using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(DigestContents.Key, p);
        using LinearDigestBuilder other = LinearDigestBuilder.OfContribution(DigestContents.Key, p);
        Assert.Throws<ArgumentException>(() => builder.Merge(other));
        Assert.Throws<ArgumentException>(() => builder.Merge(builder));
    }

    [Fact]
    public void A_builder_that_is_done_takes_and_gives_nothing()
    {
        AggregationParameters p = DigestContents.Parameters("small");
        ulong[] residues = DigestContents.Random(p, new Random(7));
        using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(DigestContents.Key, p);
        using LinearDigestBuilder worker = builder.CreateWorker();
        using LinearDigestBuilder workersWorker = worker.CreateWorker();
        for (long chunk = 0; chunk < p.ChunkCount; chunk++)
        {
            workersWorker.Append(chunk, DigestContents.Chunk(p, residues, chunk));
        }

        worker.Merge(workersWorker);
        builder.Merge(worker);
        Assert.Throws<InvalidOperationException>(() => builder.Merge(worker));
        Assert.Throws<InvalidOperationException>(() => worker.Append(0, DigestContents.Chunk(p, residues, 0)));
        Assert.Equal(DigestContents.Digest(p, residues), builder.Complete());
        Assert.Throws<InvalidOperationException>(builder.Complete);
        Assert.Throws<InvalidOperationException>(() => builder.Merge(workersWorker));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_residue_at_its_prime_is_refused_and_named(string set)
    {
        AggregationParameters p = DigestContents.Parameters(set);
        Random random = new(4);
        ulong[] residues = DigestContents.Random(p, random);
        int perChunk = DigestContents.PerChunk(p);
        foreach (int at in (int[])[0, perChunk - 1, random.Next(residues.Length)])
        {
            ulong[] bad = [.. residues];
            bad[at] = DigestContents.PrimeAt(p, at);
            using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(DigestContents.Key, p);
            long chunk = at / perChunk;
            CiphertextFormatException refused = Assert.Throws<CiphertextFormatException>(
                () => builder.Append(chunk, DigestContents.Chunk(p, bad, chunk)));
            Assert.Equal($"word {at % perChunk} of chunk {chunk}", refused.Field);
            // Part of the chunk is in the sum already: nothing may come of it.
            Assert.Throws<InvalidOperationException>(builder.Complete);
            Assert.Throws<InvalidOperationException>(
                () => builder.Append(chunk, DigestContents.Chunk(p, residues, chunk)));
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_word_above_what_so_many_clients_can_reach_is_refused_and_named(string set)
    {
        AggregationParameters p = DigestContents.Parameters(set);
        Random random = new(5);
        int perChunk = DigestContents.PerChunk(p);
        foreach (int clients in (int[])[1, 3, (int)Math.Min(65536, (ulong.MaxValue - 1) / (p.Primes.Max() - 1))])
        {
            ulong[] sums = DigestContents.Fill(p, prime => (ulong)clients * (prime - 1));
            Assert.NotNull(DigestContents.DigestOfSum(p, sums, clients));
            foreach (int at in (int[])[0, sums.Length - 1, random.Next(sums.Length)])
            {
                foreach (ulong bad in (ulong[])[sums[at] + 1, ulong.MaxValue])
                {
                    ulong[] words = [.. sums];
                    words[at] = bad;
                    CiphertextFormatException refused = Assert.Throws<CiphertextFormatException>(
                        () => DigestContents.DigestOfSum(p, words, clients));
                    Assert.Equal($"word {at % perChunk} of chunk {at / perChunk}", refused.Field);
                    Assert.Contains($"{bad}", refused.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public void Sums_that_outgrow_a_word_are_refused()
    {
        AggregationParameters p = DigestContents.Parameters("sixty");
        ulong most = ulong.MaxValue / (p.Primes.Max() - 1);
        using LinearDigestBuilder fits = LinearDigestBuilder.OfSum(DigestContents.Key, p, (int)most);
        PlanningException refused = Assert.Throws<PlanningException>(
            () => LinearDigestBuilder.OfSum(DigestContents.Key, p, (int)most + 1));
        Assert.Equal("digest rule", refused.Rule);
        Assert.Contains($"{most} clients", refused.Hint, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearDigestBuilder.OfSum(DigestContents.Key, p, 0));
    }

    [Fact]
    public void Chunks_of_other_shape_or_kind_are_refused()
    {
        AggregationParameters p = DigestContents.Parameters("small");
        using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(DigestContents.Key, p);
        Assert.Throws<CiphertextFormatException>(() => builder.Append(-1, new byte[p.ChunkBytes]));
        Assert.Throws<CiphertextFormatException>(() => builder.Append(p.ChunkCount, new byte[p.ChunkBytes]));
        Assert.Throws<CiphertextFormatException>(() => builder.Append(0, new byte[p.ChunkBytes - 1]));
        Assert.Throws<InvalidOperationException>(() => builder.Append(0, new ulong[DigestContents.PerChunk(p)]));
        using LinearDigestBuilder sums = LinearDigestBuilder.OfSum(DigestContents.Key, p, 2);
        Assert.Throws<CiphertextFormatException>(() => sums.Append(0, new ulong[DigestContents.PerChunk(p) + 1]));
        Assert.Throws<InvalidOperationException>(() => sums.Append(0, new byte[p.ChunkBytes]));
    }

    [Fact]
    public void A_chunk_allocates_nothing()
    {
        AggregationParameters p = ParameterSets.Plan(500_000, 16, 100);
        byte[] chunk = DigestContents.Chunk(p, DigestContents.Random(p, new Random(6)), 0);
        ulong[] words = new ulong[DigestContents.PerChunk(p)];
        Assert.True(p.ChunkCount > 3);
        // The runtime now and then allocates something of its own on any thread; a chunk would do it every time.
        long fewest = long.MaxValue;
        for (int repeat = 0; repeat < 5; repeat++)
        {
            using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(DigestContents.Key, p);
            using LinearDigestBuilder sums = LinearDigestBuilder.OfSum(DigestContents.Key, p, 2);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (long i = 0; i < p.ChunkCount; i++)
            {
                builder.Append(i, chunk);
                sums.Append(i, words);
            }

            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, fewest);
    }
}
