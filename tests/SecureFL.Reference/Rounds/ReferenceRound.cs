namespace SecureFL.Reference;

/// <summary>One round of a world: opening, contributions, certificate, releases, sum.</summary>
internal sealed class ReferenceRound
{
    private readonly World _world;
    private readonly PublicChunk?[] _public;

    public ReferenceRound(World world, ulong number, Message? head = null, int[]? holders = null,
        params ulong[] voted)
    {
        _world = world;
        Context = world.Context(number);
        Head = head ?? world.First;
        Keys = [.. Enumerable.Range(0, world.Holders.Length)
            .Select(j => HpkeBase.DeriveKeyPair(Chosen.Bytes($"round {number} holder {j} key", 32)))];
        Entries = [.. (holders ?? [.. Enumerable.Range(0, world.Holders.Length)]).Select(j => Entry(j, voted: voted))];
        Listed = holders ?? [.. Enumerable.Range(0, world.Holders.Length)];
        Opening = Wire.Opening(Context, Head.Hash, world.Task, Entries);
        Seed = Derivations.PublicSeed(Context, Head.Hash, Opening.Hash);
        _public = new PublicChunk?[world.Plan.Parameters.ChunkCount];
    }

    public Context Context { get; }

    public Message Head { get; }

    /// <summary>The holders' HPKE keys of the round.</summary>
    public KeyPair[] Keys { get; }

    public int[] Listed { get; }

    public Message[] Entries { get; }

    public Message Opening { get; }

    public byte[] Seed { get; }

    public Message Invitation => Wire.Invitation(Opening, Head);

    public Message Entry(int holder, byte[]? head = null, byte[]? key = null, ulong? round = null,
        ReferenceTask? task = null, params ulong[] voted) => Wire.OpeningEntry(
        round is { } other ? _world.Context(other) : Context,
        head ?? Head.Hash,
        (task ?? _world.Task).DigestOn(Context, head ?? Head.Hash),
        holder,
        Chosen.Bytes($"round {Context.Round} holder {holder} nonce", 32),
        key ?? Keys[holder].PublicKey,
        _world.Holders[holder], voted);

    /// <summary>
    /// The public polynomials of a chunk; expanding and interpolating takes a while, so they are kept.
    /// </summary>
    public PublicChunk Public(int chunk) =>
        _public[chunk] ??= new PublicChunk(_world.Plan.Parameters, Seed, 0, (ulong)chunk);

    public Message Propose(params IEnumerable<ReferenceContribution>[] groups) => Propose(World.Now + 600_000, groups);

    public Message Propose(long deadline, params IEnumerable<ReferenceContribution>[] groups) =>
        Propose(deadline, groups.Select(group => group.Select(c => c.Entry)));

    public Message Propose(long deadline, IEnumerable<IEnumerable<Entry>> groups) => Wire.Proposal(
        Context, Opening.Hash, Head.Hash, deadline, [.. groups.Select(group => group.OrderBy(e => e.Client).ToArray())],
        _world.Server);

    public Message Vote(Message proposal, int holder) =>
        Wire.Vote(Context, Opening.Hash, proposal.Hash, holder, _world.Holders[holder]);

    public Message Certificate(Message proposal, params int[] holders) =>
        Wire.Certificate(proposal, [.. holders.Select(j => Vote(proposal, j))]);

    /// <summary>A holder's sums of the shares of each group, and the hashes of the digests' sums.</summary>
    public Message Release(Message proposal, int holder, params ReferenceContribution[][] groups) =>
        Release(proposal, holder, [.. groups.Select(group => (Answer(group, holder), DigestSum(group)))]);

    /// <summary>A release of given answers and digest sum hashes.</summary>
    public Message Release(Message proposal, int holder, params (byte[] Answer, byte[] DigestSum)[] groups) =>
        Wire.Release(Context, Opening.Hash, proposal.Hash, holder,
            [.. groups.Select(group => (byte[])[.. group.Answer, .. group.DigestSum])], _world.Holders[holder]);

    /// <summary>The digest sum hash of contributions.</summary>
    public byte[] DigestSum(ReferenceContribution[] group) => DigestSum([.. group.Select(c => c.Chunks)]);

    /// <summary>The same of their chunks.</summary>
    public byte[] DigestSum(params byte[][][] group) => ReferenceDigest.Hash(ReferenceDigest.Pack(
        ReferenceDigest.Sum(group.Select(_world.LinearDigest))));

    public byte[] Answer(ReferenceContribution[] group, int holder)
    {
        int degree = _world.Plan.Parameters.Degree;
        uint[] sums = [.. Enumerable.Range(0, degree).Select(k =>
            ReferenceSharing.Residue(group.Aggregate(BigInteger.Zero, (sum, c) => sum + c.Payloads[holder][k])))];
        return ReferenceSharing.Pack(sums);
    }

    /// <summary>
    /// The element sums of a group over all chunks, by opening the ciphertexts with the summed secrets.
    /// </summary>
    public long[] OpenGroup(ReferenceContribution[] group)
    {
        ReferenceParameters p = _world.Plan.Parameters;
        int[] keySum = [.. Enumerable.Range(0, p.Degree).Select(k => group.Sum(c => c.Secret[k]))];
        List<long> sums = [];
        for (int chunk = 0; chunk < p.ChunkCount; chunk++)
        {
            int count = (int)Math.Min(p.ElementsPerChunk,
                p.FloatLength + p.IntegerLength - ((long)chunk * p.ElementsPerChunk));
            sums.AddRange(ReferenceEncoding.OpenChunk(p, Public(chunk), [.. group.Select(c => c.Chunks[chunk])], keySum,
                count).Sums);
        }

        return [.. sums];
    }
}
