namespace SecureFL.Reference;

/// <summary>What a client of a scenario does otherwise than the specification says.</summary>
internal sealed record Deviation
{
    public static readonly Deviation None = new();

    /// <summary>Changes the words of the payload that is sealed to a holder.</summary>
    public Action<int, uint[]>? Payload { get; init; }

    /// <summary>Changes the sealed bytes of the payload before it is encrypted.</summary>
    public Action<int, byte[]>? PayloadBytes { get; init; }

    /// <summary>Changes the shared secret, not the one that encrypts.</summary>
    public Action<int[]>? SharedSecret { get; init; }

    /// <summary>Changes a chunk before it is hashed.</summary>
    public Func<int, byte[], byte[]>? Chunk { get; init; }

    /// <summary>Signs this root instead of the chunks'.</summary>
    public byte[]? Root { get; init; }

    /// <summary>Signs and sends this linear digest instead of the chunks'.</summary>
    public byte[]? LinearDigest { get; init; }

    /// <summary>Names this opening instead of the round's.</summary>
    public byte[]? Opening { get; init; }

    /// <summary>Names this base version instead of the head.</summary>
    public byte[]? BaseVersion { get; init; }

    /// <summary>The context that the shares are sealed for, instead of the round's.</summary>
    public Context? SealedFor { get; init; }

    /// <summary>Signs with another key.</summary>
    public KeyPair? Signer { get; init; }

    /// <summary>Other random choices under this name.</summary>
    public string Label { get; init; } = string.Empty;
}

/// <summary>One client's contribution to a round, with everything it kept secret.</summary>
internal sealed class ReferenceContribution
{
    public ReferenceContribution(World world, ReferenceRound round, int client, Deviation? deviation = null)
    {
        Deviation d = deviation ?? Deviation.None;
        ReferenceParameters p = world.Plan.Parameters;
        Context c = round.Context;
        string label = $"round {c.Round} client {client} {d.Label}";
        Client = client;
        Secret = Chosen.Small(label + " secret", p.Degree, 20);
        Elements = Chosen.Small(label + " elements", (int)p.FloatLength + p.IntegerLength, p.MaxQuantised);
        Errors = [.. Enumerable.Range(0, p.ChunkCount).Select(i => Chosen.Small($"{label} errors {i}", p.Degree, 10))];
        Chunks = [.. Enumerable.Range(0, p.ChunkCount).Select(i =>
        {
            byte[] chunk = ReferenceEncoding.EncryptChunk(p, round.Public(i), Secret, Errors[i], ElementsOf(i, p));
            return d.Chunk?.Invoke(i, chunk) ?? chunk;
        })];
        Root = d.Root ?? Derivations.Root(Chunks);
        LinearDigest = d.LinearDigest ?? ReferenceDigest.Pack(world.LinearDigest(Chunks));
        byte[] digestHash = ReferenceDigest.Hash(LinearDigest);

        int[] shared = [.. Secret];
        d.SharedSecret?.Invoke(shared);
        Coefficients =
        [
            [.. shared.Select(s => ReferenceSharing.Residue(s)),
                .. Chosen.Field(label + " masks", ReferenceSharing.Masks)],
            .. Enumerable.Range(1, world.Plan.Threshold - 1)
                .Select(i => Chosen.Field($"{label} coefficients {i}", p.Degree + ReferenceSharing.Masks)),
        ];
        Payloads =
            [.. Enumerable.Range(1, world.Holders.Length).Select(x => ReferenceSharing.Evaluate(Coefficients, x))];

        byte[] opening = d.Opening ?? round.Opening.Hash;
        byte[] baseVersion = d.BaseVersion ?? round.Head.Hash;
        Shares = [.. round.Listed.Select(j => Seal(round, d, opening, j, label))];
        byte[][] hashes = [.. Shares.Select(Derivations.ShareHash)];
        Challenge = Derivations.Challenge(c, opening, client, baseVersion, Root, hashes);
        Proof = ReferenceSharing.Pack(ReferenceSharing.Proof(Coefficients, Challenge));
        Statement = Wire.Statement(c, opening, client, baseVersion, Root, digestHash, hashes, Proof,
            d.Signer ?? world.Clients[client]);
        ChunkMessages = [.. Chunks.Select((chunk, i) => Wire.Chunk(c, client, i, chunk))];
    }

    public int Client { get; }

    public int[] Secret { get; }

    /// <summary>Quantised elements of the whole vector, counter digits last.</summary>
    public int[] Elements { get; }

    public int[][] Errors { get; }

    public byte[][] Chunks { get; }

    public byte[] Root { get; }

    /// <summary>The linear digest, encoded.</summary>
    public byte[] LinearDigest { get; }

    public uint[][] Coefficients { get; }

    /// <summary>The N + 4 words of each holder.</summary>
    public uint[][] Payloads { get; }

    /// <summary>The sealed shares in the order of the opening's entries.</summary>
    public byte[][] Shares { get; }

    public byte[] Challenge { get; }

    public byte[] Proof { get; }

    public Message Statement { get; }

    public Message[] ChunkMessages { get; }

    public Message Header => Wire.Header(Statement, Shares, LinearDigest);

    public Entry Entry => new(Client, Statement.Hash);

    public Message Delivery(int holder, int position) =>
        Wire.Delivery(Statement, holder, Shares[position], LinearDigest);

    public int[] ElementsOf(int chunk, ReferenceParameters p) =>
        [.. Elements.Skip(chunk * p.ElementsPerChunk).Take(p.ElementsPerChunk)];

    private byte[] Seal(ReferenceRound round, Deviation d, byte[] opening, int holder, string label)
    {
        uint[] words = [.. Payloads[holder]];
        d.Payload?.Invoke(holder, words);
        byte[] payload = ReferenceSharing.Pack(words);
        d.PayloadBytes?.Invoke(holder, payload);
        Context context = d.SealedFor ?? round.Context;
        KeyPair ephemeral = HpkeBase.DeriveKeyPair(Chosen.Bytes($"{label} ephemeral {holder}", 32));
        return HpkeBase.Seal(
            ephemeral,
            round.Keys[holder].PublicKey,
            Derivations.ShareInfo(context),
            Derivations.ShareAad(context, opening, Client, holder, Root),
            payload);
    }
}
