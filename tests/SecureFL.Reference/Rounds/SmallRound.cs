namespace SecureFL.Reference;

/// <summary>
/// Round 0 of the small world, from opening to transcript: the scenario that most vectors tamper with.
/// </summary>
internal sealed class SmallRound
{
    public SmallRound(World world)
    {
        World = world;
        Round = new ReferenceRound(world, 0);
        Contributions = [.. Enumerable.Range(0, 4).Select(i => new ReferenceContribution(world, Round, i))];
        Group = Contributions[..3];
        Proposal = Round.Propose(Group);
        Certificate = Round.Certificate(Proposal, 0, 1);
        Releases = [.. Enumerable.Range(0, 3).Select(j => Round.Release(Proposal, j, Group))];
        Sums = Round.OpenGroup(Group);
        SumDigest = Derivations.GroupSum(0, Sums);
        Sum = Wire.Sum(Round.Context, Proposal.Hash, [(0, SumDigest)], world.Server);
        RoundSumDigest = Derivations.RoundSum(Proposal.Hash, [(0, SumDigest)]);
        Second = Wire.Version(
            Round.Context, 1, world.First.Hash, RoundSumDigest, Derivations.DefaultModel(world.Model, RoundSumDigest),
            world.Server);
    }

    public World World { get; }

    public ReferenceRound Round { get; }

    /// <summary>Of all four clients; the certificate lists the first three.</summary>
    public ReferenceContribution[] Contributions { get; }

    public ReferenceContribution[] Group { get; }

    public Message Proposal { get; }

    /// <summary>With the votes of key holders 0 and 1.</summary>
    public Message Certificate { get; }

    public Message[] Releases { get; }

    public long[] Sums { get; }

    public byte[] SumDigest { get; }

    public Message Sum { get; }

    public byte[] RoundSumDigest { get; }

    /// <summary>Model version 1.</summary>
    public Message Second { get; }

    /// <summary>The closing statement of a key holder, on version 1 where nothing else is said.</summary>
    public Message CloseBy(int holder, Message? head = null, params ulong[] voted) => Wire.ClosingStatement(
        World.Context(0), (head ?? Second).Hash, holder, World.Holders[holder], voted);

    /// <summary>By key holders 0 and 2.</summary>
    public Message Closing => Wire.Closing(World.Context(0), CloseBy(0), CloseBy(2));

    /// <summary>The payloads of the transcript's records.</summary>
    public byte[][] Transcript =>
    [
        World.PlanBytes,
        World.First.Encoded,
        Round.Opening.Encoded,
        .. Group.Select(c => c.Statement.Encoded),
        Certificate.Encoded,
        Releases[0].Encoded,
        Releases[1].Encoded,
        Sum.Encoded,
        Second.Encoded,
        Closing.Encoded,
    ];

    /// <summary>"SFLTRN1\n" and the framed records.</summary>
    public byte[] Frame(IEnumerable<byte[]> payloads)
    {
        List<byte> file = [.. "SFLTRN1\n"u8];
        byte[] previous = Wire.Zero;
        ulong index = 0;
        foreach (byte[] payload in payloads)
        {
            Message record = Wire.Record(index++, previous, payload, World.Server);
            file.AddRange(Canonical.Of(w => w.Counted(record.Encoded)));
            previous = record.Hash;
        }

        return [.. file];
    }
}
