namespace SecureFL.Reference;

/// <summary>Rounds under a joint key: one summed chunk that decrypts, and everything around it.</summary>
internal sealed class JointRound
{
    private readonly bool _isZero;

    public JointRound(JointEpoch epoch, JointContributions contributions, ulong number)
    {
        World world = JointEpoch.World;
        ReferenceParameters p = world.Plan.Parameters;
        Epoch = epoch;
        Context = world.Context(number);
        Entries = [.. world.Holders.Select((_, j) => Entry(j, epoch.Record.Hash))];
        Opening = Wire.Opening(Context, world.First.Hash, world.Task, Entries);
        Contributions = contributions;
        _isZero = number > 0;
        Statements = [.. Enumerable.Range(0, 3).Select(client => JointWire.Statement(
            Context, Opening.Hash, client, world.First.Hash, contributions.Roots[client],
            ReferenceDigest.Hash(Encoding(client)), world.Clients[client]))];
    }

    public JointEpoch Epoch { get; }

    public Context Context { get; }

    public Message[] Entries { get; }

    public Message Opening { get; }

    public JointContributions Contributions { get; }

    /// <summary>Of clients 0 to 2.</summary>
    public Message[] Statements { get; }

    public byte[] SecondRoot => JointWire.Root("ciphertext-sum", JointWire.Half(Contributions.Second));

    public static long Cost => JointEpoch.World.Plan.Parameters.Degree;

    public Message Entry(int holder, byte[] keyEpoch) => Wire.OpeningEntry(
        Context, JointEpoch.World.First.Hash,
        JointEpoch.World.Task.DigestOn(Context, JointEpoch.World.First.Hash), holder,
        Chosen.Bytes($"joint round {Context.Round} nonce {holder}", 32),
        keyEpoch, JointEpoch.World.Holders[holder]);

    public Message Propose(long? decrypted = null, int[]? active = null, byte[][]? sums = null) =>
        JointWire.Proposal(
        Context,
        Opening.Hash,
        JointEpoch.World.First.Hash,
        World.Now + 600_000,
        [.. Statements.Select((s, client) => new Entry(client, s.Hash))],
        decrypted ?? Cost,
        active ?? [0, 1],
        sums ?? [SecondRoot],
        JointEpoch.World.Server);

    public Message Vote(Message proposal, int holder) =>
        Wire.Vote(Context, Opening.Hash, proposal.Hash, holder, JointEpoch.World.Holders[holder]);

    /// <summary>A client's linear digests; all zero after round 0, which takes fewer bytes: no key holder can tell.
    /// </summary>
    public byte[] Encoding(int client) => _isZero ? new byte[102_400] : Contributions.Encoding(client);

    public Message Delivery(int client, int holder) =>
        Wire.Delivery(Statements[client], holder, [], Encoding(client));

    /// <summary>A release: the digest of partial decryptions, and the hash of the digests' sum of c0.</summary>
    public Message Release(Message proposal, int holder, byte[] partialDigest) => Wire.Release(Context, Opening.Hash,
        proposal.Hash, holder,
        [[.. partialDigest, .. ReferenceDigest.Hash(Sum())]],
        JointEpoch.World.Holders[holder]);

    private byte[] Sum() => ReferenceDigest.Pack(ReferenceDigest.Sum(Contributions.Digests[0]));
}
