namespace SecureFL.Reference;

/// <summary>Section 14: sums that a client verifies, and what it refuses.</summary>
internal static class SumVectors
{
    private const string Section = "14-verification";

    public static IEnumerable<Vector> All()
    {
        // f = 1: two equal digest sum hashes are needed, of three key holders, two of three.
        SummedRound s = SummedRound.Of(World.Secure(), 3);
        References known = Known(s);
        return
        [
            Message(s, known),
            Verified("sum-verified", "One group of three, releases of key holders 0 and 2.", s, s.Evidence(0, 2),
                known),
            Verified("sum-verified-lying-digest", "Key holder 1 released another digest sum hash; two agree.", s,
                s.Evidence([s.Releases[0], Released(s, 1, "another digest sum"), s.Releases[2]]), known),
            Verified("sum-verified-groups", "Two groups of three; client 0 shared another key than it encrypted with, "
                + "and so the sum of its group, verified all the same, is spoiled: status 2.",
                SummedRound.Of(World.Grouped(p => p with { Colluding = 1, Insecure = 0 }), 6,
                    new Deviation { SharedSecret = secret => secret[3] += 1 })),
            Verified("sum-verified-spoiled", "A key sum out of bound, status 1: there is no ciphertext, and the model "
                + "stays what it was.", SummedRound.Of(World.Secure(), 3,
                    new Deviation { SharedSecret = secret => secret[3] = 1000 })),
            Verified("sum-verified-wide", "Two chunks of three lanes, a weight and a counter; f = 0.",
                SummedRound.Of(World.Wide(), 3)),
            Verified("sum-verified-two-primes", "Words of two widths, 29 and 30 bits, in one chunk of seven lanes.",
                SummedRound.Of(World.TwoPrimes(), 4)),
            .. OfWords(s, known),
            .. OfReleases(s, known),
            .. OfVersions(s, known),
        ];
    }

    private static References Known(SummedRound s) => new("sum-evidence",
    [
        ("version0", s.World.First.Encoded), ("opening", s.Round.Opening.Encoded),
        ("certificate", s.Certificate.Encoded),
        .. s.Releases.Select((r, j) => ($"releases/{j}", r.Encoded)), ("version1", s.Version.Encoded),
    ]);

    private static Vector Message(SummedRound s, References known)
    {
        Message evidence = s.Evidence(0, 2);
        return new Vector("sum-evidence", Section,
            "What a client is handed of a round with three clients, in parts, and the packed sum.", "messages")
        {
            ["plan"] = Json.Hex(s.World.PlanBytes),
            ["version0"] = Json.Hex(s.World.First.Encoded),
            ["opening"] = Json.Hex(s.Round.Opening.Encoded),
            ["certificate"] = Json.Hex(s.Certificate.Encoded),
            ["releases"] = Json.Hexes(s.Releases.Select(r => r.Encoded)),
            ["version1"] = Json.Hex(s.Version.Encoded),
            ["ciphertexts"] = Ciphertexts(s.Ciphertexts),
            ["messages"] = new JsonArray(new JsonObject
            {
                ["type"] = "SumEvidence",
                ["bytes"] = known.Of(evidence.Encoded),
                ["hash"] = Json.Hex(evidence.Hash),
            }),
        };
    }

    private static JsonArray Ciphertexts(byte[][][] groups) =>
        [.. groups.Select(chunks => (JsonNode)Json.Hexes(chunks))];

    /// <summary>A round that does not stand in the vector "sum-evidence".</summary>
    private static Vector Verified(string name, string what, SummedRound s) =>
        Verified(name, what, s, s.Evidence(0, 1), null);

    private static Vector Verified(string name, string what, SummedRound s, Message evidence, References? known) =>
        Of(name, what, s, evidence, known)
            .With("statuses", Json.Numbers(s.Judged.Select(j => j.Status)))
            .With("digestSums", Json.Hexes(s.Groups.Select(s.Round.DigestSum)))
            .With("groupSumDigests", Json.Hexes(s.Judged.Select(j => j.Digest)))
            .With("sums", new JsonArray([.. s.Judged.Select(j => (JsonNode)Json.Digest(j.Sums))]))
            .With("expect", new JsonObject { ["accept"] = true, ["hash"] = Json.Hex(s.Version.Hash) });

    private static Vector Of(string name, string what, SummedRound s, Message evidence, References? known,
        byte[][][]? ciphertexts = null, Message? head = null) => new(name, Section, what, "sum")
        {
            ["plan"] = known is null ? Json.Hex(s.World.PlanBytes) : "@sum-evidence.json#/plan",
            ["identity"] = Json.Hex(s.World.Clients[0].PrivateKey),
            ["head"] = Json.Hex((head ?? s.World.First).Encoded),
            ["evidence"] = known is null ? Json.Hex(evidence.Encoded) : known.Of(evidence.Encoded),
            ["ciphertexts"] = known is null || ciphertexts is not null ? Ciphertexts(ciphertexts ?? s.Ciphertexts)
                : new JsonArray(new JsonArray("@sum-evidence.json#/ciphertexts/0/0")),
        };

    private static IEnumerable<Vector> OfWords(SummedRound s, References known)
    {
        ReferenceParameters p = s.World.Plan.Parameters;
        ulong prime = p.Primes[0];
        Vector Changed(string name, string what, Func<ulong, int, ulong> change) =>
            Of("sum-" + name, what, s, s.Evidence(0, 2), known, [[SummedRound.Pack(p,
                [[.. s.Words[0][0][0].Select(change)]], 3)]]);
        yield return Changed("word-above", "A word that three residues cannot reach.",
            (word, k) => k == 700 ? (3 * (prime - 1)) + 1 : word).Refused(106, "MalformedCiphertext");
        yield return Changed("word-largest", "The largest word that they can reach, where another one is due.",
            (word, k) => k == 700 ? 3 * (prime - 1) : word).Refused(513, "WrongSummedCiphertext");
        yield return Changed("word-changed", "Delta more in one word: a sum that opens, with one element changed.",
            (word, k) => k == 5 ? word + (1UL << p.LogDelta) : word).Refused(513, "WrongSummedCiphertext");
        yield return Changed("reduced", "The sum reduced modulo the prime: it opens to the same.",
            (word, _) => word % prime).Refused(513, "WrongSummedCiphertext");
    }

    private static IEnumerable<Vector> OfReleases(SummedRound s, References known)
    {
        Vector Refused(string name, string what, Message evidence, int code, string codeName) =>
            Of("sum-" + name, what, s, evidence, known).Refused(code, codeName);
        Message other = Released(s, 2, "another digest sum");
        yield return Refused("other-digest", "Two key holders agree on the digest sum hash of another sum.",
            s.Evidence([Released(s, 1, "another digest sum"), other]), 513, "WrongSummedCiphertext");
        yield return Refused("few-digests", "Two releases with two digest sum hashes, where f + 1 = 2 have to agree.",
            s.Evidence([s.Releases[0], other]), 600, "BelowThreshold");
        yield return Refused("below-threshold", "One release where t = 2.", s.Evidence(1), 600, "BelowThreshold");
        Message another = s.Round.Propose(World.Now + 1, s.Groups[0]);
        yield return Refused("release-other", "A release for another certificate.",
            s.Evidence([s.Releases[0], s.Round.Release(another, 1, s.Groups)]), 601, "WrongCertificate");
        yield return Refused("release-signer", "A release of key holder 1 that key holder 2 signed.",
            s.Evidence([s.Releases[0], Released(s, 1, null, s.World.Holders[2])]), 300, "BadSignature");
        yield return Refused("below-quorum", "A certificate with two votes where max(t, q_a) = 3.",
            s.Evidence([s.Releases[0], s.Releases[2]], certificate: s.Round.Certificate(s.Proposal, 0, 1)), 506,
            "CertificateBelowQuorum");
        yield return Refused("other-context", "A context that names another round than its messages.",
            s.Evidence([s.Releases[0], s.Releases[2]], context: s.World.Context(1)), 204, "WrongRound");
    }

    private static IEnumerable<Vector> OfVersions(SummedRound s, References known)
    {
        Vector Refused(string name, string what, Message version, int code, string codeName) => Of("sum-" + name,
            what, s, s.Evidence([s.Releases[0], s.Releases[2]], version), known).Refused(code, codeName);
        byte[] other = SHA256.HashData("something else"u8);
        byte[] model = Derivations.DefaultModel(s.World.Model, s.SumDigest);
        byte[] spoiled = Derivations.RoundSum(s.Proposal.Hash, [(2, Wire.Zero)]);
        yield return Refused("other-model", "A version whose model the sum does not make.", s.Next(s.SumDigest, other),
            214, "WrongModel");
        yield return Refused("same-model", "A version that keeps the model, though the group was opened.",
            s.Next(s.SumDigest, s.World.Model), 214, "WrongModel");
        yield return Refused("called-spoiled", "A version of a spoiled group, though the group opens.",
            s.Next(spoiled, s.World.Model), 701, "WrongSum");
        yield return Refused("other-sum", "A version of another sum, with the model that one makes.",
            s.Next(other, Derivations.DefaultModel(s.World.Model, other)), 701, "WrongSum");
        yield return Refused("number", "A version 2 after version 0.", s.Next(s.SumDigest, model, number: 2), 210,
            "BrokenModelChain");
        yield return Refused("previous", "A version that follows another one.",
            s.Next(s.SumDigest, model, previous: other), 210, "BrokenModelChain");
        yield return Refused("version-signer", "A version that key holder 0 signed.", Wire.Version(s.Round.Context, 1,
            s.World.First.Hash, s.SumDigest, model, s.World.Holders[0]), 300, "BadSignature");
        Message first = Wire.Version(s.World.Context(0), 0, Wire.Zero, Wire.Zero, other, s.World.Server);
        yield return Of("sum-other-head", "A client that has another head than the round stood on.", s,
            s.Evidence(0, 2), known, head: first).Refused(206, "WrongHead");
        yield return Of("sum-other-opening", "A head in the evidence that the opening does not name.", s,
            s.Evidence([s.Releases[0], s.Releases[2]], head: first), known, head: first).Refused(206, "WrongHead");
    }

    /// <summary>A release with another digest sum hash, or of another signer.</summary>
    private static Message Released(SummedRound s, int holder, string? digestSum, KeyPair? signer = null) =>
        Wire.Release(s.Round.Context, s.Round.Opening.Hash, s.Proposal.Hash, holder,
        [
            [
                .. s.Round.Answer(s.Groups[0], holder),
                .. digestSum is null ? s.Round.DigestSum(s.Groups[0])
                    : SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(digestSum)),
            ],
        ], signer ?? s.World.Holders[holder]);
}
