namespace SecureFL.Reference;

/// <summary>Section 7.5: the records of a ledger.</summary>
internal static class LedgerVectors
{
    public static IEnumerable<Vector> All(SmallRound s)
    {
        byte[][] records = Records(s);
        byte[] flipped = [.. records[2]];
        flipped[^1] ^= 1;
        yield return
            Of("ledger", "Binding, version, entry, vote, release: the records and the head after the last.", records)
            .With("head", Json.Hex(Derivations.LedgerHash(records[^1]))).With("expect", "accept");
        yield return Of("ledger-broken-chain", "A record is missing: the next one does not follow.",
            [.. records[..2], .. records[3..]]).With("expect", "damaged");
        yield return Of("ledger-flipped-byte", "A flipped byte; the next record does not follow.",
            [.. records[..2], flipped, .. records[3..]]).With("expect", "damaged");
        yield return Of("ledger-other-holder", "The ledger of another key holder.", Chain(s.World, 1, []))
            .With("expect", "damaged");
        yield return Of("ledger-other-plan", "The ledger of another plan.",
            Chain(World.Small(p => p with { Rounds = 99 }), 0, [])).With("expect", "damaged");
    }

    /// <summary>The hash-chained records: the binding of plan and holder, then the given ones.</summary>
    public static byte[][] Chain(World world, int holder, IEnumerable<(int Type, byte[] Body)> bodies)
    {
        List<byte[]> records = [];
        byte[] head = Wire.Zero;
        foreach ((int type, byte[] body) in
            bodies.Prepend((1, Canonical.Of(w => w.U8(2).Raw(world.Digest).U32(holder)))))
        {
            byte[] record = Derivations.LedgerRecord(head, type, body);
            records.Add(record);
            head = Derivations.LedgerHash(record);
        }

        return [.. records];
    }

    /// <summary>The record of an entry: the time, then the entry.</summary>
    public static (int Type, byte[] Body) Entered(Message entry, long time = World.Now) =>
        (3, Canonical.Of(w => w.I64(time).Raw(entry.Encoded)));

    /// <summary>A body behind its type byte.</summary>
    public static (int Type, byte[] Body) Typed(byte[] record) => (record[0], record[1..]);

    /// <summary>
    /// The record of holder 0's vote: opening, proposal, the base model of each listed contribution, vote.
    /// </summary>
    public static byte[] VoteBody(SmallRound s) => Canonical.Of(w =>
    {
        w.Counted(s.Round.Opening.Encoded).Counted(s.Proposal.Encoded);
        foreach (ReferenceContribution _ in s.Group)
        {
            w.Raw(s.World.Model);
        }

        w.Raw(s.Round.Vote(s.Proposal, 0).Encoded);
    });

    private static byte[][] Records(SmallRound s) => Chain(s.World, 0,
    [
        (2, s.World.First.Encoded),
        Entered(s.Round.Entries[0]),
        (4, VoteBody(s)),
        (5, Canonical.Of(w => w.Counted(s.Certificate.Encoded).Raw(s.Releases[0].Encoded))),
        (6, Wire.Death(s.World.Context(7), 0, s.World.Holders[0]).Encoded),
        (7, Wire.DeathCertificate(s.World.Context(7), Wire.Death(s.World.Context(7), 0, s.World.Holders[0]),
            Wire.Death(s.World.Context(7), 1, s.World.Holders[1])).Encoded),
    ]);

    private static Vector Of(string name, string what, byte[][] records) => new(name, "07-opening", what, "ledger")
    {
        ["plan"] = "@round.json#/plan",
        ["holder"] = 0,
        ["records"] = Json.Hexes(records),
    };
}
