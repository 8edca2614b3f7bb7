namespace SecureFL.Reference;

/// <summary>Section 14: a round 0 whose sum clients verify, with everything that they are handed.</summary>
internal sealed class SummedRound
{
    public SummedRound(World world, ReferenceRound round, ReferenceContribution[][] groups)
    {
        World = world;
        Round = round;
        Groups = groups;
        Proposal = round.Propose(groups);
        Certificate = round.Certificate(Proposal, round.Listed);
        Releases = [.. round.Listed.Select(j => round.Release(Proposal, j, groups))];
        Words = [.. groups.Select(Sum)];
        Judged = [.. groups.Select((group, g) => Judge(group, g))];
        SumDigest = Derivations.RoundSum(Proposal.Hash, [.. Judged.Select(j => (j.Status, j.Digest))]);
        Version = Next(SumDigest, Judged.Any(j => j.Status == 0)
            ? Derivations.DefaultModel(world.Model, SumDigest)
            : world.Model);
    }

    /// <summary>The first clients of a world in one group; what client 0 does otherwise.</summary>
    public static SummedRound Of(World world, int clients, Deviation? deviation = null)
    {
        ReferenceRound round = new(world, 0);
        ReferenceContribution[] listed = [.. Enumerable.Range(0, clients)
            .Select(i => new ReferenceContribution(world, round, i, i == 0 ? deviation : null))];
        Entry[][] groups =
            Derivations.Groups(world.Plan.GroupSize, round.Opening.Hash, listed.Select(c => c.Entry));
        return new SummedRound(world, round, [.. groups.Select(group =>
            group.Select(e => listed[e.Client]).ToArray())]);
    }

    public World World { get; }

    public ReferenceRound Round { get; }

    public ReferenceContribution[][] Groups { get; }

    public Message Proposal { get; }

    /// <summary>With the votes of all key holders.</summary>
    public Message Certificate { get; }

    public Message[] Releases { get; }

    /// <summary>Unreduced sums: of each group, of each chunk, modulo each prime.</summary>
    public ulong[][][][] Words { get; }

    public (int Status, byte[] Digest, long[] Sums)[] Judged { get; }

    public byte[] SumDigest { get; }

    /// <summary>The version that the sum made.</summary>
    public Message Version { get; }

    /// <summary>A version 1.</summary>
    public Message Next(byte[] sum, byte[] model, ulong number = 1, byte[]? previous = null, ulong round = 0) =>
        Wire.Version(World.Context(round), number, previous ?? World.First.Hash, sum, model, World.Server);

    public Message Evidence(params int[] holders) => Evidence([.. holders.Select(j => Releases[j])]);

    public Message Evidence(Message[] releases, Message? version = null, Message? certificate = null,
        Message? head = null, Context? context = null) => Wire.Evidence(context ?? Round.Context,
        head ?? World.First, Round.Opening, certificate ?? Certificate, releases, version ?? Version);

    /// <summary>Section 14.2: words of a chunk's sum, each as wide as the largest that n clients can reach.</summary>
    public static byte[] Pack(ReferenceParameters p, ulong[][] words, int clients) =>
        [.. words.SelectMany((w, i) => PackedWords.Pack(w, Width(p.Primes[i], clients)))];

    /// <summary>The bit length of n (p - 1).</summary>
    public static int Width(ulong prime, int clients) =>
        PublicPolynomial.BitLength(checked((ulong)clients * (prime - 1)));

    /// <summary>Of each group its packed chunks; none where the key sum is out of bound.</summary>
    public byte[][][] Ciphertexts => [.. Words.Select((chunks, g) => Judged[g].Status == 1 ? [] : chunks
        .Select(words => Pack(World.Plan.Parameters, words, Groups[g].Length)).ToArray())];

    // The digest of the sum by its definition, and by adding up the digests of what is in it.
    private ulong[][][] Sum(ReferenceContribution[] group)
    {
        ReferenceParameters p = World.Plan.Parameters;
        ulong[][][] words = [.. Enumerable.Range(0, p.ChunkCount)
            .Select(chunk => ReferenceEncoding.SumOf(p, [.. group.Select(c => c.Chunks[chunk])]))];
        ulong[] digest = World.Linear.Of([.. words.SelectMany(chunk => chunk.SelectMany(w => w))]);
        ulong[] added = ReferenceDigest.Sum(group.Select(c => World.LinearDigest(c.Chunks)));
        return digest.SequenceEqual(added) ? words
            : throw new InvalidOperationException("the digest of the sum is not the sum of the digests");
    }

    /// <summary>Section 7.10.</summary>
    private (int Status, byte[] Digest, long[] Sums) Judge(ReferenceContribution[] group, int index)
    {
        ReferenceParameters p = World.Plan.Parameters;
        int n = group.Length;
        int[] keySum = [.. Enumerable.Range(0, p.Degree)
            .Select(k => group.Sum(c => (int)ReferenceSharing.Centred(c.Coefficients[0][k])))];
        if (keySum.Any(s => Math.Abs(s) > 80 * n))
        {
            return (1, Wire.Zero, []);
        }

        (long[] Sums, long[] Noise, bool Inside)[] chunks = [.. Words[index].Select((words, chunk) =>
            ReferenceEncoding.OpenSum(p, Round.Public(chunk), words, keySum, p.ElementsPerChunk))];
        long[] sums = [.. chunks.SelectMany(c => c.Sums).Take((int)p.FloatLength + p.IntegerLength)];
        if (chunks.Any(c => !c.Inside) || sums.Any(s => Math.Abs(s) > (long)n * p.MaxQuantised))
        {
            return (2, Wire.Zero, []);
        }

        double mean = chunks.SelectMany(c => c.Noise).Average(e => (double)e * e);
        double variance = p.Errors == 1 ? 10.5 : 40.96;
        double limit = n * variance * (1 + (16 * Math.Sqrt(2.0 / (p.ChunkCount * p.Degree))));
        return mean > limit ? (3, Wire.Zero, []) : (0, Derivations.GroupSum(index, sums), sums);
    }
}
