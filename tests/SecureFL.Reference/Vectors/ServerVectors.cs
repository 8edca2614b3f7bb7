namespace SecureFL.Reference;

/// <summary>Sections 6 and 7 as the server sees them: uploads, votes, releases, the sum.</summary>
internal static class ServerVectors
{
    public static IEnumerable<Vector> All(SmallRound s) =>
        [Round(s), Wide(), .. Uploads(s), .. Closing(s), .. Openings(s)];

    private static Vector Of(string name, string section, string what, SmallRound s, Script script) =>
        new(name, section, what, "server")
        {
            ["plan"] = "@round.json#/plan",
            ["invitation"] = "@round.json#/invitation",
            ["identity"] = Json.Hex(s.World.Server.PrivateKey),
            ["now"] = World.Now,
            ["steps"] = script.Steps,
        };

    private static Script Upload(Script script, params int[] clients)
    {
        foreach (int i in clients)
        {
            script.Accept("chunk", $"@round.json#/chunks/{i}").Accept("header", $"@round.json#/headers/{i}");
        }

        return script;
    }

    private static Script Close(SmallRound s, Script script) =>
        script.Custom(new JsonObject
        {
            ["do"] = "close",
            ["windowSeconds"] = 600,
            ["expect"] = new JsonObject { ["accept"] = true, ["hash"] = Json.Hex(s.Proposal.Hash) }
        });

    private static Script Opened(Script script, int status, byte[] digest, int[] liars) => script.Custom(new JsonObject
    {
        ["do"] = "open",
        ["expect"] = new JsonObject
        {
            ["accept"] = true,
            ["statuses"] = Json.Numbers([status]),
            ["digests"] = Json.Hexes([digest]),
            ["liars"] = Json.Numbers(liars)
        },
    });

    private static Vector Round(SmallRound s) =>
        Of("server-round", "07-opening", "A whole round at the server.", s, Opened(
        Close(s, Upload(new Script(), 0, 1, 2))
            .Accept("vote", s.Round.Vote(s.Proposal, 0)).Accept("vote", s.Round.Vote(s.Proposal, 1))
            .Accept("release", "@round.json#/releases/0").Accept("release", "@round.json#/releases/1"),
        0, s.SumDigest, []));

    // Two chunks of three lanes, a weight and a counter.
    private static Vector Wide()
    {
        World world = World.Wide();
        ReferenceRound round = new(world, 0);
        ReferenceContribution[] group =
            [.. Enumerable.Range(0, 3).Select(i => new ReferenceContribution(world, round, i))];
        Message proposal = round.Propose(group);
        long[] sums = round.OpenGroup(group);
        Script script = new();
        foreach (ReferenceContribution c in group)
        {
            script.Accept("chunk", c.ChunkMessages[0]).Accept("chunk", c.ChunkMessages[1]).Accept("header", c.Header);
        }

        script.Custom(new JsonObject
        {
            ["do"] = "close",
            ["windowSeconds"] = 600,
            ["expect"] = new JsonObject { ["accept"] = true, ["hash"] = Json.Hex(proposal.Hash) }
        });
        script.Accept("release", round.Release(proposal, 0, group))
            .Accept("release", round.Release(proposal, 2, group));
        return new Vector("server-round-wide", "07-opening",
            "Two chunks of three lanes, a weight and a counter; releases of key holders 0 and 2.", "server")
        {
            ["plan"] = Json.Hex(world.PlanBytes),
            ["invitation"] = Json.Hex(round.Invitation.Encoded),
            ["identity"] = Json.Hex(world.Server.PrivateKey),
            ["now"] = World.Now,
            ["counters"] = Json.Longs(Counters(world.Plan, sums)),
            ["sums"] = Json.Digest(sums),
            ["steps"] = Opened(script, 0, Derivations.GroupSum(0, sums), []).Steps,
        };
    }

    // The digit sums of each counter, recombined to the radix 2^(b-1).
    private static long[] Counters(ReferencePlan plan, long[] sums)
    {
        int next = (int)plan.Parameters.FloatLength;
        return [.. plan.Counters.Select(counter =>
        {
            int digits = ReferenceEncoding.CounterDigits(0, counter.MaxMagnitude, plan.Parameters.Bits).Length;
            long value = Enumerable.Range(0, digits).Sum(j => sums[next + j] << ((plan.Parameters.Bits - 1) * j));
            next += digits;
            return value;
        })];
    }

    private static IEnumerable<Vector> Uploads(SmallRound s)
    {
        ReferenceContribution honest = s.Contributions[1];
        ReferenceRound r = s.Round;

        // A statement of client 1 that differs in one field; the server cannot look into the shares.
        Message Stated(byte[]? root = null, byte[]? opening = null, byte[]? version = null, KeyPair? signer = null,
            ReferenceContribution? digest = null) =>
            Wire.Statement(
            r.Context, opening ?? r.Opening.Hash, 1, version ?? r.Head.Hash, root ?? honest.Root,
            ReferenceDigest.Hash((digest ?? honest).LinearDigest),
            [.. honest.Shares.Select(Derivations.ShareHash)], honest.Proof, signer ?? s.World.Clients[1]);
        Vector Refused(string name, string what, Message statement, int code, string codeName) =>
            Of("server-" + name, "06-sharing", what, s,
            new Script().Accept("chunk", "@round.json#/chunks/1")
                .Refuse("header", RoundVectors.Header(1, statement), code, codeName));
        byte[] other = SHA256.HashData("something else"u8);
        ulong prime = s.World.Plan.Parameters.Primes[0];
        byte[] large = Wire.Chunk(r.Context, 1, 0, PackedWords.Pack([prime, .. new ulong[1023]], 20)).Encoded;
        yield return Refused("root", "The signed root is not the chunks'.", Stated(root: other), 403, "RootMismatch");
        yield return Refused("other-opening", "A statement that names another opening.", Stated(opening: other), 205,
            "WrongOpening");
        yield return Refused("other-base", "A base version that the round does not offer.", Stated(version: other), 207,
            "WrongBaseVersion");
        yield return Refused("other-signer", "Client 1's statement, signed by client 2.",
            Stated(signer: s.World.Clients[2]), 300, "BadSignature");
        yield return Of("server-copied-ciphertext", "06-sharing", "Client 1 sends client 0's ciphertext as its own.", s,
            Upload(new Script(), 0).Accept("chunk", Wire.Chunk(r.Context, 1, 0, s.Contributions[0].Chunks[0]))
                .Refuse("header", RoundVectors.Header(1,
                    Stated(root: s.Contributions[0].Root, digest: s.Contributions[0]), "@round.json#/digests/0"), 409,
                    "DuplicateCiphertext"));
        yield return Of("server-digest", "06-sharing", "Client 1 signs and sends the linear digest of client 0.", s,
            new Script().Accept("chunk", "@round.json#/chunks/1")
                .Refuse("header", RoundVectors.Header(1, Stated(digest: s.Contributions[0]), "@round.json#/digests/0"),
                    413, "DigestMismatch"));
        yield return Of("server-root-and-digest", "06-sharing",
            "Neither root nor linear digest are those of the chunks: the root is first.", s,
            new Script().Accept("chunk", "@round.json#/chunks/1")
                .Refuse("header", RoundVectors.Header(1, Stated(root: other, digest: s.Contributions[0]),
                    "@round.json#/digests/0"), 403, "RootMismatch"));
        yield return Of("server-residue", "03-encoding", "A residue that is not below its prime.", s,
            new Script().Refuse("chunk", new Message("ContributionChunk", large, []), 106, "MalformedCiphertext"));
        yield return Of("server-no-chunks", "06-sharing", "A header before its chunks.", s,
            new Script().Refuse("header", "@round.json#/headers/1", 404, "ChunkOrder"));
        yield return Of("server-chunk-twice", "06-sharing", "A chunk twice.", s,
            new Script().Accept("chunk", "@round.json#/chunks/1")
                .Refuse("chunk", "@round.json#/chunks/1", 404, "ChunkOrder"));
        yield return Of("server-second-contribution", "06-sharing",
            "A client's second contribution; repeating the first header is welcome.", s,
            Upload(new Script(), 1).Accept("header", "@round.json#/headers/1")
                .Refuse("header", RoundVectors.Header(1, Stated(root: other)), 408, "DuplicateContribution"));
        yield return Of("server-chunk-after-header", "06-sharing", "A chunk after the header.", s,
            Upload(new Script(), 1).Refuse("chunk", "@round.json#/chunks/1", 408, "DuplicateContribution"));
        yield return Of("server-other-round", "06-sharing", "A contribution to another round.", s,
            new Script().Refuse("chunk", Wire.Chunk(s.World.Context(1), 1, 0, honest.Chunks[0]), 204, "WrongRound"));
    }

    private static IEnumerable<Vector> Closing(SmallRound s)
    {
        Script two = Upload(new Script(), 0, 1);
        yield return Of("server-too-few", "07-opening",
            "Two contributions where n_min = 3: the server cannot close the round.", s,
            two.Custom(new JsonObject
            {
                ["do"] = "close",
                ["windowSeconds"] = 600,
                ["expect"] = Vector.Refusal(500, "GroupBelowMinimum")
            }));
        yield return Of("server-closed", "07-opening", "A contribution after the round was closed.", s,
            Close(s, Upload(new Script(), 0, 1, 2)).Refuse("chunk", "@round.json#/chunks/3", 411, "RoundClosed"));
        Message other = s.Round.Propose(s.Contributions[1..]);
        yield return Of("server-other-vote", "07-opening", "A vote for another certificate.", s,
            Close(s, Upload(new Script(), 0, 1, 2)).Refuse("vote", s.Round.Vote(other, 0), 601, "WrongCertificate"));
        Message forged = Wire.Vote(s.Round.Context, s.Round.Opening.Hash, s.Proposal.Hash, 0, s.World.Holders[1]);
        yield return Of("server-forged-vote", "07-opening", "A vote of key holder 0 that key holder 1 signed.", s,
            Close(s, Upload(new Script(), 0, 1, 2)).Refuse("vote", forged, 300, "BadSignature"));
        yield return Of("server-below-quorum", "07-opening", "One vote where two are needed.", s,
            Close(s, Upload(new Script(), 0, 1, 2)).Accept("vote", s.Round.Vote(s.Proposal, 2))
                .Refuse("certificate", (Message?)null, 506, "CertificateBelowQuorum"));
    }

    private static IEnumerable<Vector> Openings(SmallRound s)
    {
        Script Released(params Message[] releases) =>
            releases.Aggregate(Close(s, Upload(new Script(), 0, 1, 2)),
                (script, release) => script.Accept("release", release));
        ReferenceRound r = s.Round;
        byte[] lie = r.Answer(s.Group, 2);
        lie[100] ^= 4;
        Message Lying(byte[] answer) => r.Release(s.Proposal, 2, (answer, r.DigestSum(s.Group)));
        byte[] tooLarge = [.. r.Answer(s.Group, 2)];
        for (int i = 0; i < 4; i++)
        {
            tooLarge[i] = 0xFF;
        }

        Message other = r.Propose(s.Contributions[1..]);
        yield return Of("server-below-threshold", "07-opening", "One release where t = 2.", s,
            Released(s.Releases[0]).Refuse("open", (Message?)null, 600, "BelowThreshold"));
        yield return Of("server-lying-holder", "07-opening",
            "Three releases, two of three, one lies: found out, not corrected.", s,
            Released(s.Releases[0], s.Releases[1], Lying(lie))
                .Refuse("open", (Message?)null, 602, "InconsistentReleases"));
        yield return Of("server-release-word", "07-opening", "A release with a word that is no field element.", s,
            Released(s.Releases[0]).Refuse("release", Lying(tooLarge), 103, "OutOfRange"));
        yield return Of("server-release-digest-sum", "07-opening",
            "A release with another digest sum hash counts as none; two others open the round.", s,
            Opened(Released(s.Releases[0])
                .Refuse("release", r.Release(s.Proposal, 2, (r.Answer(s.Group, 2), r.DigestSum(s.Contributions[1..]))),
                    604, "WrongDigestSum")
                .Accept("release", s.Releases[1]), 0, s.SumDigest, []));
        yield return Of("server-release-other", "07-opening", "A release for another certificate.", s,
            Released().Refuse("release", r.Release(other, 0, s.Contributions[1..]), 601, "WrongCertificate"));
        yield return Of("server-release-groups", "07-opening", "A release of two groups where there is one.", s,
            Released().Refuse("release", r.Release(s.Proposal, 0, s.Group, s.Group), 103, "OutOfRange"));

        // What client 2 dealt shows in the releases alone: the server cannot look into the shares.
        ReferenceContribution huge = new(s.World, r, 2, new Deviation { SharedSecret = secret => secret[3] = 1000 });
        ReferenceContribution wrong = new(s.World, r, 2, new Deviation { SharedSecret = secret => secret[3] += 1 });
        yield return Spoiled(s, "server-huge-key", "A client shared a coefficient beyond all bounds: status 1.",
            huge, null, 1);
        yield return Spoiled(s, "server-wrong-key", "A client shared another key than it encrypted with: status 2.",
            wrong, null, 2);
        ReferenceParameters p = s.World.Plan.Parameters;
        ReferenceContribution last = s.Contributions[2];
        int[] beyond = [.. last.Elements];
        beyond[3] = (3 * p.MaxQuantised) + 1 - s.Contributions[0].Elements[3] - s.Contributions[1].Elements[3];
        yield return Spoiled(s, "server-sum-beyond-clients",
            "A sum within the lane of n_max clients that three clients cannot reach: status 2.", last,
            ReferenceEncoding.EncryptChunk(p, r.Public(0), last.Secret, last.Errors[0], beyond), 2);
        yield return Spoiled(s, "server-residuals", "A client's errors have five times the variance: status 3.", last,
            ReferenceEncoding.EncryptChunk(p, r.Public(0), last.Secret, Chosen.Small("wide errors", p.Degree, 25),
                last.Elements), 3);
        byte[] garbage = PackedWords.Pack(Chosen.Below("garbage", 1024, s.World.Plan.Parameters.Primes[0]), 20);
        yield return Spoiled(s, "server-garbage", "A client sent random residues: status 2.", s.Contributions[2],
            garbage, 2);
    }

    private static Vector Spoiled(SmallRound s, string name, string what, ReferenceContribution bad,
        byte[]? chunk, int status)
    {
        ReferenceRound r = s.Round;
        ReferenceContribution honest = s.Contributions[2];
        byte[] digest = ReferenceDigest.Pack(s.World.LinearDigest([chunk ?? honest.Chunks[0]]));
        Message statement = chunk is null ? honest.Statement : Wire.Statement(
            r.Context, r.Opening.Hash, 2, r.Head.Hash, Derivations.Root([chunk]), ReferenceDigest.Hash(digest),
            [.. honest.Shares.Select(Derivations.ShareHash)], honest.Proof, s.World.Clients[2]);
        Message proposal = r.Propose(World.Now + 600_000,
            [[s.Contributions[0].Entry, s.Contributions[1].Entry, new Entry(2, statement.Hash)]]);
        Script script = Upload(new Script(), 0, 1)
            .Accept("chunk", Wire.Chunk(r.Context, 2, 0, chunk ?? honest.Chunks[0]))
            .Accept("header", RoundVectors.Header(2, statement, chunk is null ? null : Json.Hex(digest)));
        script.Custom(new JsonObject
        {
            ["do"] = "close",
            ["windowSeconds"] = 600,
            ["expect"] = new JsonObject { ["accept"] = true, ["hash"] = Json.Hex(proposal.Hash) }
        });
        ReferenceContribution[] group = [s.Contributions[0], s.Contributions[1], bad];
        byte[] digestSum = r.DigestSum(s.Contributions[0].Chunks, s.Contributions[1].Chunks,
            [chunk ?? honest.Chunks[0]]);
        foreach (int holder in new[] { 0, 1 })
        {
            script.Accept("release", r.Release(proposal, holder, (r.Answer(group, holder), digestSum)));
        }
        return Of(name, "07-opening", what, s, Opened(script, status, Wire.Zero, []));
    }
}
