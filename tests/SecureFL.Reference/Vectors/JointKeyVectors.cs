namespace SecureFL.Reference;

/// <summary>Section 11: the joint-key suite.</summary>
internal static class JointKeyVectors
{
    private const string Section = "11-joint-key";

    // A tenth of a contribution's digests that are all zero: ten in a row are both.
    private static readonly byte[] Zeros = new byte[10_240];

    private static readonly References Known = new("joint-messages", [("zeros", Zeros)]);

    public static IEnumerable<Vector> All()
    {
        JointEpoch epoch = new();
        JointContributions contributions = new(epoch);
        JointRound round = new(epoch, contributions, 0);
        JointRound next = new(epoch, contributions, 1);
        return [Noise(), Plan(), .. Rules(), Messages(epoch, round, next), .. Keys(epoch), .. Openings(epoch, round),
            .. JointSumVectors.All(epoch, round), .. Proposals(round), .. Past(epoch, round, next)];
    }

    private static Vector Noise()
    {
        (int N, int Clients, int H, int T, int Lambda, long Life)[] cases =
            [(4096, 4, 3, 2, 40, 409_600), (16384, 100, 5, 3, 43, 16384L * 1000), (16384, 10, 5, 3, 64, 1L << 40),
                (8192, 65536, 64, 32, 43, 8192), (16384, 1, 2, 2, 50, 1L << 50)];
        return new Vector("joint-noise", Section, "Scale and shape of the smudging noise.", "joint-noise")
        {
            ["cases"] = new JsonArray([.. cases.Select(c =>
            {
                ReferenceJointKey key = new(c.N, c.Clients, c.H, c.T, c.Lambda, c.Life);
                (int width, int wide, int narrow) = key.Shape();
                return (JsonNode)new JsonObject
                {
                    ["ringDegree"] = c.N,
                    ["maxClients"] = c.Clients,
                    ["keyHolders"] = c.H,
                    ["threshold"] = c.T,
                    ["smudging"] = c.Lambda,
                    ["maxCoefficients"] = c.Life,
                    ["logDelta"] = key.LogDelta(),
                    ["width"] = width,
                    ["wide"] = wide,
                    ["narrow"] = narrow,
                };
            })]),
        };
    }

    private static Vector Plan() =>
        new("joint-plan", Section,
            "A signed plan of the joint-key suite, with early resubmission permitted so that two rounds on one "
            + "model can be shown. Other vectors refer to it.", "plan")
        {
            ["plan"] = Json.Hex(JointEpoch.World.PlanBytes),
            ["digest"] = Json.Hex(JointEpoch.World.Digest),
            ["spoken"] = ReferencePlan.Spoken(JointEpoch.World.Digest),
            ["terms"] = Json.Hex(JointEpoch.World.Plan.Terms),
            ["minClients"] = 3,
            ["votes"] = JointEpoch.World.Plan.Votes,
            ["deaths"] = JointEpoch.World.Plan.Deaths,
            ["counters"] = new JsonArray(),
        };

    private static IEnumerable<Vector> Rules()
    {
        ReferenceParameters p = JointEpoch.JointParameters;
        yield return Of("plan-rule-joint-key", "joint key",
            "The noise is computed for two of three, the plan has three of three.",
            plan => plan with { Threshold = 3 });
        yield return Of("plan-rule-key-life", "key life", "A key that cannot open one sum.",
            plan => plan with { Parameters = p with { FloatLength = 5000 * 100 } });

        static Vector Of(string name, string rule, string what, Func<ReferencePlan, ReferencePlan> change) =>
            new Vector(name, "04-plan", what, "plan")
            {
                ["plan"] =
                Json.Hex(
                    World.Secure(
                        plan => change(plan with { Suite = 2, Parameters = JointEpoch.JointParameters })).PlanBytes),
                ["rule"] = rule,
            }.Refused(209, "PlanRule");
    }

    private static Vector Messages(JointEpoch e, JointRound r, JointRound next)
    {
        World world = JointEpoch.World;
        ReferenceParameters p = world.Plan.Parameters;
        Message proposal = r.Propose();
        byte[][] hashes = [.. Enumerable.Range(0, 3).Select(j => Chosen.Bytes($"joint share hash {j}", 32))];
        (string Type, Message Message)[] messages =
        [
            ("KeyEpochEntry", e.Entries[1]),
            ("KeyEpochOpening", e.Opening),
            ("PublicKeyCommitment",
                JointWire.Commitment(e.Context, e.Opening.Hash, 1, e.CommitmentHashes[1], world.Holders[1])),
            ("KeyEpochCommitments", e.Commitments),
            ("KeyDealing", JointWire.Dealing(e.Context, e.Commitments.Hash, 2, hashes,
                Chosen.Bytes("joint proof", 2 * 4 * 8 * p.Primes.Length), world.Holders[2])),
            ("KeyEpochConfirmation", e.Confirmation(0, e.PublicKeyHash)),
            ("KeyEpochRecord", e.Record),
            ("RoundOpeningEntry", r.Entries[2]),
            ("RoundOpening", r.Opening),
            ("ContributionStatement", r.Statements[0]),
            ("ContributionHeader", Wire.Header(next.Statements[0], [], next.Encoding(0))),
            ("ShareDelivery", next.Delivery(0, 1)),
            ("CertificateProposal", proposal),
            ("RoundCertificate", Wire.Certificate(proposal, r.Vote(proposal, 0), r.Vote(proposal, 1))),
            ("Release", r.Release(proposal, 0, new byte[51_200])),
            ("SummedCiphertext", JointWire.Summed(r.Context, proposal.Hash, 0, 0, Zeros)),
        ];
        return new Vector("joint-messages", Section,
            "The messages of the suite that fit a line, and those of section 8 that look otherwise in it.", "messages")
        {
            ["plan"] = "@joint-plan.json#/plan",
            ["zeros"] = Json.Hex(Zeros),
            ["messages"] = new JsonArray([.. messages.Select(m => (JsonNode)new JsonObject
            {
                ["type"] = m.Type,
                ["bytes"] = Known.Of(m.Message.Encoded),
                ["hash"] = Json.Hex(m.Message.Hash),
            })]),
        };
    }

    private static IEnumerable<Vector> Keys(JointEpoch e)
    {
        yield return Record("joint-key-epoch",
            "A record, the reference seed, and the joint public key that it signs.", e.Record)
            .With("referenceSeed", Json.Hex(e.Seed)).With("publicKey", Json.Hex(e.PublicKey)).With("expect", "accept");
        Message other = e.Confirmation(1, Chosen.Bytes("another key", 32));
        yield return Record("joint-key-epoch-other-key", "A key holder confirms another key.",
            e.MakeRecord(e.PublicKeyHash, [e.Confirmation(0, e.PublicKeyHash), other,
                e.Confirmation(2, e.PublicKeyHash)])).Refused(212, "WrongJointKey");
        Message forged = JointWire.Confirmation(e.Context, e.Commitments.Hash, e.PublicKeyHash, 1,
            JointEpoch.World.Holders[0]);
        yield return Record("joint-key-epoch-forged", "A confirmation that another key holder signed.",
            e.MakeRecord(e.PublicKeyHash, [e.Confirmation(0, e.PublicKeyHash), forged,
                e.Confirmation(2, e.PublicKeyHash)])).Refused(300, "BadSignature");
        yield return Revealed("joint-public-key-share", "A revealed share of the public key that opens its commitment.",
            e, 1).With("expect", "accept");
        yield return Revealed("joint-public-key-share-other",
            "Holder 0 reveals the share of holder 1: nobody can copy a share.", e, 0)
            .Refused(412, "CommitmentMismatch");

        static Vector Record(string name, string what, Message record) => new(name, Section, what, "key-epoch")
        {
            ["plan"] = "@joint-plan.json#/plan",
            ["record"] = Json.Hex(record.Encoded),
        };

        static Vector Revealed(string name, string what, JointEpoch e, int holder) =>
            new(name, Section, what, "key-commitment")
            {
                ["plan"] = "@joint-plan.json#/plan",
                ["opening"] = Json.Hex(e.Opening.Hash),
                ["commitments"] = Json.Hex(e.Commitments.Encoded),
                ["commitment"] = Json.Hex(e.CommitmentHashes[1]),
                ["holder"] = holder,
                ["share"] = holder == 1 ? Json.Hex(e.PublicShares[1]) : "@joint-public-key-share.json#/share",
            };
    }

    private static IEnumerable<Vector> Openings(JointEpoch e, JointRound r)
    {
        Message head = JointEpoch.World.First;
        yield return Of("joint-opening", "Three entries under one key.", r.Opening).With("expect", "accept");
        Message mixed = Wire.Opening(r.Context, head.Hash, JointEpoch.World.Task, r.Entries[0],
            r.Entry(1, e.PublicKeyHash), r.Entries[2]);
        yield return Of("joint-opening-keys", "Entries under two keys.", mixed).Refused(211, "WrongKeyEpoch");

        static Vector Of(string name, string what, Message opening) => new(name, Section, what, "opening")
        {
            ["plan"] = "@joint-plan.json#/plan",
            ["opening"] = Json.Hex(opening.Encoded),
        };
    }

    private static IEnumerable<Vector> Proposals(JointRound r)
    {
        long limit = JointEpoch.JointParameters.JointKey!.Life;
        yield return Of("joint-proposal", "Three contributions, holders 0 and 1 active, at the end of the key's life.",
            r.Propose(limit)).With("expect", "accept");
        yield return Of("joint-proposal-active", "One active holder of two.", r.Propose(active: [1]))
            .Refused(512, "WrongActiveSet");
        yield return Of("joint-proposal-active-all", "Three active holders of two.", r.Propose(active: [0, 1, 2]))
            .Refused(512, "WrongActiveSet");
        yield return Of("joint-proposal-sums", "Two sums for one group.",
            r.Propose(sums: [r.SecondRoot, Chosen.Bytes("another c1 root", 32)])).Refused(513, "WrongSummedCiphertext");
        yield return Of("joint-proposal-life", "Beyond the key's life.", r.Propose(limit + 1))
            .Refused(515, "KeyExhausted");
        yield return Of("joint-proposal-count", "Fewer coefficients than the round has.",
            r.Propose(JointRound.Cost - 1)).Refused(515, "KeyExhausted");

        Vector Of(string name, string what, Message proposal) => new(name, Section, what, "certificate")
        {
            ["plan"] = "@joint-plan.json#/plan",
            ["opening"] = Json.Hex(r.Opening.Encoded),
            ["proposal"] = Json.Hex(proposal.Encoded),
        };
    }

    // Key holder 2 is in no active set: it checks statements and its past only. It voted in round 0.
    private static IEnumerable<Vector> Past(JointEpoch e, JointRound r, JointRound next)
    {
        World world = JointEpoch.World;
        Message former = r.Propose();
        byte[] vote =
            Canonical.Of(w => w.Counted(r.Opening.Encoded).Counted(former.Encoded).Raw(world.Model).Raw(world.Model)
                .Raw(world.Model).Raw(r.Vote(former, 2).Encoded));
        byte[] other = Chosen.Bytes("another c1 root", 32);
        Message good = next.Propose(2 * JointRound.Cost, sums: [other]);
        yield return Of("joint-holder-second-round", "A new sum, counted on.", new Script(), good, null);
        yield return Of("joint-holder-decrypted", "The summed ciphertext of round 0 again.", new Script(),
            next.Propose(2 * JointRound.Cost), (514, "CiphertextDecrypted"));
        yield return Of("joint-holder-forgets", "The server forgets round 0 in the count.", new Script(),
            next.Propose(sums: [other]), (515, "KeyExhausted"));

        Vector Of(string name, string what, Script script, Message proposal, (int Code, string Name)? refusal)
        {
            script.Accept("opening", Json.Hex(next.Opening.Encoded));
            foreach ((Message statement, int client) in next.Statements.Select((s, i) => (s, i)))
            {
                Message receipt = Wire.Receipt(next.Context, next.Opening.Hash, 2, client, statement.Hash,
                    world.Holders[2]);
                script.Accept("share", Known.Of(next.Delivery(client, 2).Encoded), receipt.Hash);
            }

            if (refusal is { } refused)
            {
                script.Refuse("proposal", proposal, refused.Code, refused.Name);
            }
            else
            {
                script.Accept("proposal", proposal, next.Vote(proposal, 2).Hash);
            }

            byte[] nonce = Chosen.Bytes("joint head nonce", 32);
            return new Vector(name, Section, what, "holder")
            {
                ["plan"] = "@joint-plan.json#/plan",
                ["holder"] = 2,
                ["identity"] = Json.Hex(world.Holders[2].PrivateKey),
                ["roundKeys"] = new JsonArray(),
                ["ledger"] = Json.Hexes(LedgerVectors.Chain(world, 2,
                [
                    (8, e.Entries[2].Encoded), (9, e.Confirmation(2, e.PublicKeyHash).Encoded), (10, e.Record.Encoded),
                    (2, world.First.Encoded), LedgerVectors.Entered(r.Entries[2]),
                    LedgerVectors.Entered(next.Entries[2]), (4, vote),
                ])),
                ["nonce"] = Json.Hex(nonce),
                ["heads"] =
                    Json.Hexes([Wire.Head(world.Context(0), 1, 2, nonce, null, null, world.Holders[1]).Encoded]),
                ["now"] = World.Now,
                ["steps"] = script.Steps,
            };
        }
    }
}
