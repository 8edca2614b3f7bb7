namespace SecureFL.Reference;

/// <summary>Sections 5 to 9, positive: every message of a round, and what is derived from them.</summary>
internal static class RoundVectors
{
    public static IEnumerable<Vector> All(SmallRound small) =>
        [Messages(small), Derived(small), Contribution(small), Groups(), .. Grouped(), Rare(small)];

    private static Vector Messages(SmallRound s)
    {
        ReferenceRound r = s.Round;
        return new Vector("round", "08-wire-format",
            "All messages of one round: three of four clients listed, three key holders, two of three. Other "
            + "vectors refer to it.", "messages")
        {
            ["plan"] = Json.Hex(s.World.PlanBytes),
            ["now"] = World.Now,
            ["version0"] = Json.Hex(s.World.First.Encoded),
            ["opening"] = Json.Hex(r.Opening.Encoded),
            ["invitation"] = Json.Hex(r.Invitation.Encoded),
            ["chunks"] = Json.Hexes(s.Contributions.Select(c => c.ChunkMessages[0].Encoded)),
            ["statements"] = Json.Hexes(s.Contributions.Select(c => c.Statement.Encoded)),
            ["shares"] = new JsonArray([.. s.Contributions.Select(c => (JsonNode)Json.Hexes(c.Shares))]),
            ["digests"] = Json.Hexes(s.Contributions.Select(c => c.LinearDigest)),
            ["headers"] = new JsonArray([.. s.Contributions.Select(c => (JsonNode)Header(c.Client))]),
            ["deliveries"] = new JsonArray([.. s.Contributions.Select(c => (JsonNode)new JsonArray(
                "0802", $"@round.json#/statements/{c.Client}", "00000000", $"@round.json#/shares/{c.Client}/0",
                $"@round.json#/digests/{c.Client}"))]),
            ["proposal"] = Json.Hex(s.Proposal.Encoded),
            ["certificate"] = Json.Hex(s.Certificate.Encoded),
            ["releases"] = Json.Hexes(s.Releases.Select(m => m.Encoded)),
            ["sum"] = Json.Hex(s.Sum.Encoded),
            ["version1"] = Json.Hex(s.Second.Encoded),
            ["messages"] = new JsonArray(
            [
                Hashed("ModelVersion", "version0", s.World.First),
                Hashed("RoundOpening", "opening", r.Opening),
                Hashed("RoundInvitation", "invitation", r.Invitation),
                .. s.Contributions
                    .Select((c, i) => (JsonNode)Hashed("ContributionChunk", $"chunks/{i}", c.ChunkMessages[0])),
                .. s.Contributions.Select((c, i) => (JsonNode)Hashed("ContributionHeader", $"headers/{i}", c.Header)),
                .. s.Contributions
                    .Select((c, i) => (JsonNode)Hashed("ShareDelivery", $"deliveries/{i}", c.Delivery(0, 0))),
                Hashed("CertificateProposal", "proposal", s.Proposal),
                Hashed("RoundCertificate", "certificate", s.Certificate),
                .. s.Releases.Select((m, i) => (JsonNode)Hashed("Release", $"releases/{i}", m)),
                Hashed("RoundSum", "sum", s.Sum),
                Hashed("ModelVersion", "version1", s.Second),
            ]),
        };
    }

    /// <summary>
    /// The header of a contribution to the round, in parts; its statement may be another one over the same shares, its
    /// linear digest another client's or other bytes.
    /// </summary>
    public static JsonArray Header(int client, Message? statement = null, JsonNode? digest = null) => new(
        "0702",
        statement is null ? $"@round.json#/statements/{client}" : Json.Hex(statement.Encoded),
        $"@round.json#/shares/{client}/0",
        $"@round.json#/shares/{client}/1",
        $"@round.json#/shares/{client}/2",
        digest ?? $"@round.json#/digests/{client}");

    /// <summary>Bytes of a message; a linear digest of the round in them is referred to, it is long.</summary>
    public static JsonNode Bytes(SmallRound s, Message message) =>
        new References("round", s.Contributions.Select((c, i) => ($"digests/{i}", c.LinearDigest)))
            .Of(message.Encoded);

    private static JsonObject Hashed(string type, string path, Message message) =>
        new() { ["type"] = type, ["bytes"] = $"@round.json#/{path}", ["hash"] = Json.Hex(message.Hash) };

    private static Vector Derived(SmallRound s) =>
        new("round-derived", "05-round",
            "Opening digest, public seed, sum digests and the default model of the round.", "derived")
        {
            ["plan"] = "@round.json#/plan",
            ["opening"] = "@round.json#/opening",
            ["openingDigest"] = Json.Hex(s.Round.Opening.Hash),
            ["publicSeed"] = Json.Hex(s.Round.Seed),
            ["certificateHash"] = Json.Hex(s.Proposal.Hash),
            ["sums"] = Json.Longs(s.Sums),
            ["groupSumDigest"] = Json.Hex(s.SumDigest),
            ["roundSumDigest"] = Json.Hex(s.RoundSumDigest),
            ["previousModel"] = Json.Hex(s.World.Model),
            ["defaultModel"] = Json.Hex(Derivations.DefaultModel(s.World.Model, s.RoundSumDigest)),
        };

    private static Vector Contribution(SmallRound s)
    {
        ReferenceContribution c = s.Contributions[0];
        Context context = s.Round.Context;
        return new Vector("contribution", "06-sharing",
            "Client 0 of the round: root, linear digest, info, aad, share hashes, challenge, statement; and its "
            + "secret, which opens nothing but this vector.", "contribution")
        {
            ["plan"] = "@round.json#/plan",
            ["header"] = "@round.json#/headers/0",
            ["chunk"] = "@round.json#/chunks/0",
            ["secret"] = Json.Bytes(c.Secret),
            ["chunkHash"] = Json.Hex(Derivations.ChunkHash(0, c.Chunks[0])),
            ["root"] = Json.Hex(c.Root),
            ["linearDigest"] = "@round.json#/digests/0",
            ["digestHash"] = Json.Hex(ReferenceDigest.Hash(c.LinearDigest)),
            ["info"] = Json.Hex(Derivations.ShareInfo(context)),
            ["aads"] =
                Json.Hexes(
                    s.Round.Listed.Select(j => Derivations.ShareAad(context, s.Round.Opening.Hash, 0, j, c.Root))),
            ["shareHashes"] = Json.Hexes(c.Shares.Select(Derivations.ShareHash)),
            ["challenge"] = Json.Hex(c.Challenge),
            ["proof"] = Json.Hex(c.Proof),
            ["statementBody"] = Json.Hex(c.Statement.Body),
            ["contributionHash"] = Json.Hex(c.Statement.Hash),
            ["holderPrivateKeys"] = Json.Hexes(s.Round.Keys.Select(k => k.PrivateKey)),
            ["payloads"] = Json.Hexes(c.Payloads.Select(ReferenceSharing.Pack)),
        };
    }

    private static Vector Groups()
    {
        World world = World.Grouped();
        byte[] opening = Chosen.Bytes("groups opening", 32);
        Entry[] entries =
            [.. Enumerable.Range(0, 11).Select(i => new Entry((7 * i) % 11, Chosen.Bytes($"groups {i}", 32)))];
        JsonObject Case(int count)
        {
            Entry[] listed = [.. entries.Take(count)];
            return new JsonObject
            {
                ["clients"] = Json.Numbers(listed.Select(e => e.Client)),
                ["contributions"] = Json.Hexes(listed.Select(e => e.Contribution)),
                ["groups"] =
                    new JsonArray(
                        [.. Derivations.Groups(3, opening, listed)
                            .Select(g => (JsonNode)Json.Numbers(g.Select(e => e.Client)))]),
            };
        }

        return new Vector("groups", "07-opening", "The derived partition into groups of at least three.", "groups")
        {
            ["plan"] = Json.Hex(world.PlanBytes),
            ["opening"] = Json.Hex(opening),
            ["cases"] = new JsonArray(Case(3), Case(5), Case(6), Case(11)),
        };
    }

    // Proposals over groups, judged without their shares.
    private static IEnumerable<Vector> Grouped()
    {
        World world = World.Grouped();
        ReferenceRound round = new(world, 0);
        Entry[] entries = [.. Enumerable.Range(0, 7).Select(i => new Entry(i, Chosen.Bytes($"grouped {i}", 32)))];
        Entry[][] derived = Derivations.Groups(3, round.Opening.Hash, entries);
        Entry[][] moved = [[.. derived[0][1..], derived[1][0]], [derived[0][0], .. derived[1][1..]]];
        Vector Of(string name, string what, Entry[][] groups) => new(name, "07-opening", what, "certificate")
        {
            ["plan"] = Json.Hex(world.PlanBytes),
            ["opening"] = Json.Hex(round.Opening.Encoded),
            ["proposal"] = Json.Hex(round.Propose(World.Now + 600_000, groups).Encoded),
        };
        yield return Of("grouped-proposal", "Seven contributions in the two derived groups.", derived)
            .With("expect", "accept");
        yield return Of("grouped-exchanged", "Two clients have changed places.", moved).Refused(502, "WrongGroups");
        yield return Of("grouped-order", "The groups in another order.", [derived[1], derived[0]])
            .Refused(502, "WrongGroups");
        yield return Of("grouped-small", "A group below the minimum.", [derived[0], derived[1][..2]])
            .Refused(500, "GroupBelowMinimum");
        yield return Of("grouped-same-contribution", "One contribution under two clients.",
            [derived[0], [derived[1][0], .. derived[1][1..3],
                new Entry(derived[1][3].Client, derived[0][0].Contribution)]]).Refused(501, "GroupsNotDisjoint");
    }

    // The messages that a smooth round does not need.
    private static Vector Rare(SmallRound s)
    {
        Context c = s.World.Context(3);
        KeyPair[] holders = s.World.Holders;
        byte[] nonce = Chosen.Bytes("head nonce", 32);
        Message vote = s.Round.Vote(s.Proposal, 1);
        (string Type, Message Message)[] messages =
        [
            ("RoundOpeningEntry", s.Round.Entries[1]),
            ("ContributionStatement", s.Contributions[0].Statement),
            ("Receipt", Wire.Receipt(s.Round.Context, s.Round.Opening.Hash, 2, 1, s.Contributions[1].Statement.Hash,
                holders[2])),
            ("Vote", vote),
            ("RoundDeath", Wire.Death(c, 0, holders[0])),
            ("RoundDeathCertificate",
                Wire.DeathCertificate(c, Wire.Death(c, 0, holders[0]), Wire.Death(c, 2, holders[2]))),
            ("LedgerHeadRequest", Wire.HeadRequest(s.World.Context(0), 1, nonce, holders[1])),
            ("LedgerHead", Wire.Head(s.World.Context(0), 0, 1, nonce, vote, s.Round.Entries[1], holders[0])),
            ("LedgerHead", Wire.Head(s.World.Context(0), 2, 1, nonce, null, null, holders[2])),
            ("HolderRequest", Wire.Request(s.Round.Context, 3, 0, 0, s.World.First)),
            ("HolderRequest", Wire.Request(c, 14, 0, 0)),
            ("HolderRequest", Wire.Request(c, 33, 1, 7)),
            ("HolderRequest", Wire.Request(s.World.Context(0), 36, 0, 0, s.World.First)),
            ("RoundOpeningEntry", new ReferenceRound(s.World, 3).Entry(2, voted: [0, 2])),
            ("ClosingStatement", s.CloseBy(1, voted: [3, 7])),
            ("TranscriptClosing", s.Closing),
            ("TranscriptRecord", Wire.Record(5, Wire.Zero, [1, 2, 3], s.World.Server)),
        ];
        return new Vector("messages", "08-wire-format", "The other messages, each with its hash.", "messages")
        {
            ["plan"] = "@round.json#/plan",
            ["messages"] = new JsonArray([.. messages.Select(m => (JsonNode)new JsonObject
            {
                ["type"] = m.Type,
                ["bytes"] = Json.Hex(m.Message.Encoded),
                ["hash"] = Json.Hex(m.Message.Hash),
            })]),
        };
    }
}
