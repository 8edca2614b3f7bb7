namespace SecureFL.Reference;

/// <summary>Sections 6 and 7 as key holder 0 sees them.</summary>
internal static class HolderVectors
{
    public static IEnumerable<Vector> All(SmallRound s) =>
        [Round(s), .. Shares(s), .. Proposals(s), .. Past(s), .. Freshness(s)];

    /// <summary>
    /// A holder whose ledger has the chain's first version, its entry of round 0, what is given, and its entry of a
    /// later round.
    /// </summary>
    private static Vector Of(string name, string what, SmallRound s, Script script, byte[][]? past = null,
        bool confirmed = true, long entered = World.Now, ReferenceRound? later = null)
    {
        byte[] nonce = Chosen.Bytes("head nonce", 32);
        return new Vector(name, "07-opening", what, "holder")
        {
            ["plan"] = "@round.json#/plan",
            ["holder"] = 0,
            ["identity"] = Json.Hex(s.World.Holders[0].PrivateKey),
            ["roundKeys"] =
                Json.Hexes(new[] { s.Round, later }.OfType<ReferenceRound>().Select(r => r.Keys[0].PrivateKey)),
            ["ledger"] =
                Json.Hexes(
                    LedgerVectors.Chain(s.World, 0,
                        [(2, s.World.First.Encoded), LedgerVectors.Entered(s.Round.Entries[0], entered),
                            .. (past ?? []).Select(LedgerVectors.Typed),
                            .. new[] { later }.OfType<ReferenceRound>()
                                .Select(r => LedgerVectors.Entered(r.Entries[0], entered))])),
            ["nonce"] = Json.Hex(nonce),
            ["heads"] = Json.Hexes(confirmed ? [Head(s, 1, null, nonce).Encoded] : []),
            ["now"] = World.Now,
            ["steps"] = script.Steps,
        };
    }

    private static Message Head(SmallRound s, int peer, Message? vote, byte[] nonce, Message? entry = null) =>
        Wire.Head(s.World.Context(0), peer, 0, nonce, vote, entry, s.World.Holders[peer]);

    private static Script Opened() => new Script().Accept("opening", "@round.json#/opening");

    private static Script Shared(SmallRound s, params int[] clients)
    {
        Script script = Opened();
        foreach (int i in clients)
        {
            script.Accept("share", $"@round.json#/deliveries/{i}", Receipt(s, i));
        }

        return script;
    }

    private static byte[] Receipt(SmallRound s, int client) =>
        Wire.Receipt(s.Round.Context, s.Round.Opening.Hash, 0, client, s.Contributions[client].Statement.Hash,
            s.World.Holders[0]).Hash;

    private static Vector Round(SmallRound s)
    {
        byte[] vote = s.Round.Vote(s.Proposal, 0).Hash;
        return Of("holder-round", "A whole round at key holder 0; what is repeated gets the same answer.", s,
            Shared(s, 0, 1, 2)
            .Accept("share", "@round.json#/deliveries/1", Receipt(s, 1))
            .Accept("proposal", "@round.json#/proposal", vote)
            .Accept("proposal", "@round.json#/proposal", vote)
            .Accept("certificate", "@round.json#/certificate", s.Releases[0].Hash)
            .Accept("certificate", "@round.json#/certificate", s.Releases[0].Hash)
            .Refuse("share", "@round.json#/deliveries/3", 509, "RoundReleased")
            .Round("death", 0, Vector.Refusal(509, "RoundReleased")));
    }

    private static IEnumerable<Vector> Shares(SmallRound s)
    {
        Vector Refused(string name, string what, Deviation d, int code, string codeName) => Of(
            "holder-share-" + name, what, s,
            Opened().Refuse("share",
                RoundVectors.Bytes(s, new ReferenceContribution(s.World, s.Round, 1, d).Delivery(0, 0)), code,
                codeName));
        ReferenceContribution honest = s.Contributions[1];
        yield return Refused("inconsistent", "A share that is off the combined polynomials by one.",
            new Deviation
            {
                Payload = (j, words) => words[500] = j == 0 ? ReferenceSharing.Residue(words[500] + 1L)
                : words[500]
            }, 407, "InconsistentShare");
        yield return Refused("mask", "A mask share that is off by one.",
            new Deviation
            { Payload = (j, words) => words[^1] = j == 0 ? ReferenceSharing.Residue(words[^1] + 1L) : words[^1] },
                407, "InconsistentShare");
        yield return Refused("word", "A word of the payload is p.",
            new Deviation { PayloadBytes = (_, bytes) => bytes.AsSpan(0, 4).Fill(0xFF) }, 103, "OutOfRange");
        yield return Refused("padding", "A bit after the payload's last word is set.",
            new Deviation { PayloadBytes = (_, bytes) => bytes[^1] |= 0x80 }, 104, "NonCanonical");
        yield return Refused("sealed-for-other-round", "A share sealed for another round.",
            new Deviation { SealedFor = s.World.Context(1) }, 405, "ShareNotDecryptable");
        yield return Refused("other-opening", "A statement that names another opening.",
            new Deviation { Opening = new byte[32] }, 205, "WrongOpening");
        yield return Refused("other-base", "A base version outside the window.",
            new Deviation { BaseVersion = new byte[32] }, 207, "WrongBaseVersion");
        yield return Refused("other-signer", "Client 1's statement, signed by client 2.",
            new Deviation { Signer = s.World.Clients[2] }, 300, "BadSignature");
        yield return Of("holder-share-of-other-holder", "The share of key holder 1.", s,
            Opened().Refuse("share", RoundVectors.Bytes(s, honest.Delivery(1, 1)), 406, "ShareMismatch"));
        yield return Of("holder-share-not-signed", "Another ciphertext than the client signed for this holder.", s,
            Opened().Refuse("share", RoundVectors.Bytes(s, honest.Delivery(0, 1)), 406, "ShareMismatch"));
        yield return Of("holder-share-other-digest", "Client 2's linear digest with client 1's share.", s,
            Opened().Refuse("share", RoundVectors.Bytes(s, Wire.Delivery(honest.Statement, 0, honest.Shares[0],
                s.Contributions[2].LinearDigest)), 413, "DigestMismatch"));
        yield return Refused("digest-word", "A signed linear digest with words that are not below their prime.",
            new Deviation { LinearDigest = [.. Enumerable.Repeat((byte)0xFF, 51_200)] }, 103, "OutOfRange");
        yield return Of("holder-share-second-contribution",
            "Another contribution of a client whose share was checked.", s,
            Shared(s, 1)
                .Refuse("share", RoundVectors.Bytes(s, new ReferenceContribution(s.World, s.Round, 1,
                    new Deviation { Label = "again", LinearDigest = honest.LinearDigest }).Delivery(0, 0)), 408,
                    "DuplicateContribution"));
        yield return Of("holder-share-before-opening", "A share before the opening.", s,
            new Script().Refuse("share", RoundVectors.Bytes(s, honest.Delivery(0, 0)), 205, "WrongOpening"));
        ReferenceRound other = new(s.World, 0, holders: [0, 1]);
        yield return Of("holder-second-opening", "A second opening of a round: other entries, another seed.", s,
            Opened().Refuse("opening", other.Opening, 402, "SecondOpening"));
        ReferenceRound without = new(s.World, 0, holders: [1, 2]);
        yield return Of("holder-opening-without-own-entry", "An opening without this holder's entry.", s,
            new Script().Refuse("opening", without.Opening, 205, "WrongOpening"));
    }

    private static IEnumerable<Vector> Proposals(SmallRound s)
    {
        ReferenceRound r = s.Round;
        ReferenceContribution[] c = s.Contributions;
        Vector Refused(string name, string what, Message proposal, int code, string codeName) =>
            Of("holder-proposal-" + name, what, s, Shared(s, 0, 1, 2).Refuse("proposal", proposal, code, codeName));
        Message Changed(Context? context = null, byte[]? opening = null, byte[]? head = null, KeyPair? signer = null) =>
            Wire.Proposal(
            context ?? r.Context, opening ?? r.Opening.Hash, head ?? r.Head.Hash, World.Now + 600_000,
            [[.. s.Group.Select(g => g.Entry)]], signer ?? s.World.Server);
        yield return Refused("one-client", "A set of one client.", r.Propose([c[0]]), 500, "GroupBelowMinimum");
        yield return Refused("below-minimum", "A set of two where n_min = 3.", r.Propose([c[0], c[1]]), 500,
            "GroupBelowMinimum");
        yield return Refused("overlap", "A client in two groups.", r.Propose([c[0], c[1], c[2]], [c[0], c[1], c[3]]),
            501, "GroupsNotDisjoint");
        yield return Refused("unchecked", "A listed contribution that this holder has not seen.",
            r.Propose([c[0], c[1], c[3]]), 503, "UncheckedContribution");
        yield return Refused("other-contribution", "Another contribution of a listed client.",
            r.Propose(World.Now + 600_000,
                [[c[0].Entry, c[1].Entry, new Entry(2, SHA256.HashData("another contribution"u8))]]), 503,
                "UncheckedContribution");
        yield return Refused("deadline-passed", "A deadline that has passed.", r.Propose(World.Now - 1, s.Group), 507,
            "WrongDeadline");
        yield return Refused("deadline-far", "A deadline beyond the agreement window and five minutes.",
            r.Propose(World.Now + (3600 * 1000) + (5 * 60 * 1000) + 1, s.Group), 507, "WrongDeadline");
        yield return Refused("other-opening", "Another opening.", Changed(opening: new byte[32]), 205, "WrongOpening");
        yield return Refused("other-head", "Another head.", Changed(head: new byte[32]), 206, "WrongHead");
        yield return Refused("other-signer", "Signed by a key holder.", Changed(signer: s.World.Holders[1]), 300,
            "BadSignature");
        yield return Of("holder-second-certificate", "A second set in one round, after the vote for the first.", s,
            Shared(s, 0, 1, 2, 3).Accept("proposal", "@round.json#/proposal", r.Vote(s.Proposal, 0).Hash)
                .Refuse("proposal", r.Propose(c.Skip(1)), 504, "SecondCertificate"));
        ReferenceContribution copied = new(s.World, r, 3, new Deviation { Chunk = (_, _) => c[0].Chunks[0] });
        yield return Of("holder-copied-ciphertext", "Client 3's ciphertext is client 0's.", s,
            Shared(s, 0, 1).Accept("share", RoundVectors.Bytes(s, copied.Delivery(0, 0)))
                .Refuse("proposal", r.Propose([c[0], c[1], copied]), 409, "DuplicateCiphertext"));
        yield return Of("holder-not-voted", "A certificate that this holder has not voted for.", s,
            Shared(s, 0, 1, 2).Refuse("certificate", r.Certificate(s.Proposal, 1, 2), 510, "NotVoted"));
        yield return Of("holder-certificate-below-quorum", "A certificate with one vote.", s,
            Shared(s, 0, 1, 2).Accept("proposal", "@round.json#/proposal", r.Vote(s.Proposal, 0).Hash)
                .Refuse("certificate", r.Certificate(s.Proposal, 0), 506, "CertificateBelowQuorum"));
        Message forged = Wire.Certificate(s.Proposal, r.Vote(s.Proposal, 0),
            Wire.Vote(r.Context, r.Opening.Hash, s.Proposal.Hash, 1, s.World.Holders[2]));
        yield return Of("holder-certificate-forged-vote",
            "A certificate with a vote of key holder 1 that key holder 2 signed.", s,
            Shared(s, 0, 1, 2).Accept("proposal", "@round.json#/proposal", r.Vote(s.Proposal, 0).Hash)
                .Refuse("certificate", forged, 300, "BadSignature"));
        Message other = r.Propose(c.Skip(1));
        yield return Of("holder-other-certificate", "A certificate for another set than the one voted for.", s,
            Shared(s, 0, 1, 2).Accept("proposal", "@round.json#/proposal", r.Vote(s.Proposal, 0).Hash)
                .Refuse("certificate", r.Certificate(other, 1, 2), 504, "SecondCertificate"));
    }

    private static IEnumerable<Vector> Past(SmallRound s)
    {
        byte[] voted = LedgerVectors.VoteBody(s);
        ReferenceRound next = new(s.World, 1, voted: [0]);
        // A key holder sees no ciphertext: it takes the digest that the client signed, here the one of round 0.
        ReferenceContribution[] again = [.. Enumerable.Range(0, 3).Select(i => new ReferenceContribution(s.World, next,
            i, new Deviation { LinearDigest = s.Contributions[i].LinearDigest }))];
        Message death0 = Wire.Death(s.Round.Context, 0, s.World.Holders[0]);
        Message death1 = Wire.Death(s.Round.Context, 1, s.World.Holders[1]);
        Script Second(Script script)
        {
            script.Accept("opening", next.Opening);
            foreach (ReferenceContribution c in again)
            {
                script.Accept("share", RoundVectors.Bytes(s, c.Delivery(0, 0)));
            }

            return script;
        }

        Message proposal = next.Propose(again);
        yield return Of("holder-second-on-base",
            "A second contribution of a client on one base model, in the next round, while the first may still open.",
            s,
            Second(new Script()).Refuse("proposal", proposal, 410, "SecondContributionOnBase"), [[4, .. voted]],
            later: next);
        yield return Of("holder-after-death",
            "The same after two of three key holders signed the first round's death.", s,
            Second(new Script().Accept("deaths", Wire.DeathCertificate(s.Round.Context, death0, death1)))
                .Accept("proposal", proposal, next.Vote(proposal, 0).Hash), [[4, .. voted]], later: next);
        yield return Of("holder-entry-after-vote",
            "The entry for the next round names the vote; none for a former round.", s,
            new Script().Custom(Entry(1, [0])).Custom(Entry(3, [0])).Custom(Entry(1, [0]))
                .Custom(Entry(2, null, Vector.Refusal(204, "WrongRound"))), [[4, .. voted]]);
        yield return Of("holder-vote-after-later-entry", "A vote in round 0 after the entry for round 1.", s,
            Shared(s, 0, 1, 2).Custom(Entry(1, []))
                .Refuse("proposal", "@round.json#/proposal", 204, "WrongRound"));
        byte[] closed = s.CloseBy(0, s.World.First).Hash;
        yield return Of("holder-closed", "A key holder that closed the plan enters nothing and votes for nothing.", s,
            Shared(s, 0, 1, 2)
                .Custom(new JsonObject
                {
                    ["do"] = "closing",
                    ["expect"] = new JsonObject { ["accept"] = true, ["hash"] = Json.Hex(closed) },
                })
                .Refuse("proposal", "@round.json#/proposal", 411, "RoundClosed")
                .Custom(Entry(1, null, Vector.Refusal(411, "RoundClosed"))));
        yield return Of("holder-too-few-deaths", "One death where H - t + 1 + f = 2 are needed.", s,
            new Script().Refuse("deaths", Wire.DeathCertificate(s.Round.Context, death1), 511, "DeathBelowQuorum"));
        yield return Of("holder-death-twice", "One key holder's death twice.", s,
            new Script().Refuse("deaths", Wire.DeathCertificate(s.Round.Context, death1, death1), 401,
                "DuplicateHolder"));
        yield return Of("holder-forged-death", "A death of key holder 0 that key holder 1 signed.", s,
            new Script().Refuse("deaths", Wire.DeathCertificate(s.Round.Context,
                Wire.Death(s.Round.Context, 0, s.World.Holders[1]), death1), 300, "BadSignature"));
        yield return Of("holder-death-of-other-round", "A death of another round in a certificate.", s,
            new Script().Refuse("deaths", Wire.DeathCertificate(s.Round.Context,
                Wire.Death(next.Context, 0, s.World.Holders[0]), death1), 204, "WrongRound"));
        yield return Of("holder-dead-round", "A round that this holder declared dead.", s,
            new Script().Round("death", 0, new JsonObject { ["accept"] = true, ["hash"] = Json.Hex(death0.Hash) })
                .Refuse("opening", "@round.json#/opening", 508, "RoundDead"));
        yield return Of("holder-expired",
            "A round a second beyond its life: the proposal is refused, and the death is durable already.", s,
            Shared(s, 0, 1, 2).Wait(86_401_000)
                .Refuse("proposal", "@round.json#/proposal", 508, "RoundDead")
                .Round("death", 0, new JsonObject { ["accept"] = true, ["hash"] = Json.Hex(death0.Hash) })
                .Refuse("opening", "@round.json#/opening", 508, "RoundDead"));
        yield return Of("holder-expired-before-start",
            "An opening to a holder whose entry is older than a round's life.", s,
            new Script().Refuse("opening", "@round.json#/opening", 508, "RoundDead"), entered: World.Now - 86_401_000);
        yield return Of("holder-clock-set-back",
            "The clock reads an hour before the newest entry: how long the round lived is not known.", s,
            new Script().Refuse("opening", "@round.json#/opening", 508, "RoundDead"), entered: World.Now + 3_600_000);
        yield return Of("holder-death-before-deadline",
            "A death while the vote's deadline runs; after it the death is signed and the certificate is refused.", s,
            Shared(s, 0, 1, 2).Accept("proposal", "@round.json#/proposal", s.Round.Vote(s.Proposal, 0).Hash)
                .Round("death", 0, Vector.Refusal(507, "WrongDeadline"))
                .Wait(600_001)
                .Round("death", 0, new JsonObject { ["accept"] = true, ["hash"] = Json.Hex(death0.Hash) })
                .Refuse("certificate", "@round.json#/certificate", 508, "RoundDead"));
        yield return Of("holder-vote-survives",
            "After a restart the ledger answers with the vote that it holds, and refuses another set.", s,
            new Script().Accept("proposal", "@round.json#/proposal", s.Round.Vote(s.Proposal, 0).Hash)
                .Refuse("proposal", s.Round.Propose(s.Contributions.Skip(1)), 504, "SecondCertificate"),
                [[4, .. voted]]);
    }

    // Nonce and key of an entry are the holder's own; what it says of its votes is not.
    private static JsonObject Entry(ulong round, ulong[]? voted, JsonObject? refusal = null) => new()
    {
        ["do"] = "entry",
        ["round"] = round,
        ["voted"] = voted is null ? null : new JsonArray([.. voted.Select(v => (JsonNode)v)]),
        ["expect"] = refusal ?? new JsonObject { ["accept"] = true },
    };

    // "StaleLedger" is the environment's failure, not a peer's violation: it has no number.
    private static IEnumerable<Vector> Freshness(SmallRound s)
    {
        byte[] nonce = Chosen.Bytes("head nonce", 32);
        Message vote = s.Round.Vote(s.Proposal, 0);
        JsonObject Stale() => new() { ["stale"] = true };
        Script Head(Message head, JsonObject expect) =>
            new Script().Custom(new JsonObject
            { ["do"] = "head", ["message"] = Json.Hex(head.Encoded), ["expect"] = expect });
        yield return Of("holder-unconfirmed", "No peer has confirmed the ledger: the holder signs nothing.", s,
            new Script().Round("death", 0, new JsonObject { ["stale"] = true }), confirmed: false);
        yield return Of("holder-restored-copy",
            "A peer shows this holder's vote, which the ledger does not know: restored from an old copy.", s,
            Head(HolderVectors.Head(s, 1, vote, nonce), Stale()).Round("death", 1, Stale()), confirmed: false);
        yield return Of("holder-restored-copy-entry",
            "A peer shows an entry of this holder that the ledger does not know.", s,
            Head(HolderVectors.Head(s, 1, null, nonce, new ReferenceRound(s.World, 2).Entries[0]), Stale()),
            confirmed: false);
        yield return Of("holder-head-other-nonce", "An answer to another request.", s,
            Head(HolderVectors.Head(s, 1, null, new byte[32]), Vector.Refusal(702, "WrongLedgerHead")),
            confirmed: false);
        yield return Of("holder-head-own", "An answer that this holder signed itself.", s,
            Head(Wire.Head(s.World.Context(0), 0, 0, nonce, null, null, s.World.Holders[0]),
                Vector.Refusal(702, "WrongLedgerHead")), confirmed: false);
        yield return Of("holder-head-others-vote", "A peer shows another holder's vote.", s,
            Head(HolderVectors.Head(s, 1, s.Round.Vote(s.Proposal, 2), nonce), Vector.Refusal(702, "WrongLedgerHead")),
            confirmed: false);
        Message invented = Wire.Vote(s.Round.Context, s.Round.Opening.Hash, s.Proposal.Hash, 0, s.World.Holders[1]);
        yield return Of("holder-head-invented", "A peer invents a vote of this holder.", s,
            Head(HolderVectors.Head(s, 1, invented, nonce), Vector.Refusal(300, "BadSignature")), confirmed: false);
    }
}
