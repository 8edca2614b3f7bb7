namespace SecureFL.Reference;

/// <summary>Section 5: openings that parse and are refused all the same.</summary>
internal static class OpeningVectors
{
    public static IEnumerable<Vector> All(SmallRound s)
    {
        ReferenceRound r = s.Round;
        byte[] head = s.World.First.Hash;
        byte[] offCurve = [.. r.Keys[1].PublicKey];
        offCurve[64] ^= 1;
        Message forged = r.Entries[1] with { Signature = r.Entries[0].Signature };
        Message otherSigner = Wire.OpeningEntry(r.Context, head, s.World.Task.DigestOn(r.Context, head), 1,
            new byte[32], r.Keys[1].PublicKey, s.World.Holders[2]);
        (string Name, string What, Message[] Entries, int Code, string CodeName)[] cases =
        [
            ("below-quorum", "One entry where max(t, q_a) = 2.", [r.Entries[0]], 400, "OpeningBelowQuorum"),
            ("forged-signature", "An entry with another entry's signature.", [r.Entries[0], Recode(forged)], 300,
                "BadSignature"),
            ("other-signer", "An entry of key holder 1 that key holder 2 signed.", [r.Entries[0], otherSigner], 300,
                "BadSignature"),
            ("other-head", "An entry on another head.",
                [r.Entries[0], r.Entry(1, head: SHA256.HashData("another head"u8))], 206, "WrongHead"),
            ("other-round", "An entry of another round.", [r.Entries[0], r.Entry(1, round: 1)], 204, "WrongRound"),
            ("other-task", "An entry for another task.", [r.Entries[0], r.Entry(1, task: new ReferenceTask(0, 1))], 213,
                "WrongTask"),
            ("key-off-curve", "An entry whose HPKE key is not on the curve.", [r.Entries[0], r.Entry(1, key: offCurve)],
                301, "BadPublicKey"),
        ];
        return
        [
            Of("opening", "An opening with two of three entries: enough.",
                Wire.Opening(r.Context, head, s.World.Task, r.Entries[0], r.Entries[2])).With("expect", "accept"),
            .. cases.Select(c => Of("opening-" + c.Name, c.What, Wire.Opening(r.Context, head, s.World.Task, c.Entries))
                .Refused(c.Code, c.CodeName)),
            Of("opening-task-without-terms", "Training under a plan without terms, by all entries.", Training(s))
                .Refused(213, "WrongTask"),
        ];
    }

    private static Message Training(SmallRound s)
    {
        ReferenceTask training = new(1, 0);
        return Wire.Opening(s.Round.Context, s.World.First.Hash, training,
            [.. Enumerable.Range(0, 3).Select(j => s.Round.Entry(j, task: training))]);
    }

    private static Message Recode(Message message) =>
        message with { Encoded = [.. message.Body, .. message.Signature] };

    private static Vector Of(string name, string what, Message opening) => new(name, "05-round", what, "opening")
    {
        ["plan"] = "@round.json#/plan",
        ["opening"] = Json.Hex(opening.Encoded),
    };
}
