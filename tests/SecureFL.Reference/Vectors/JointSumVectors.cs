namespace SecureFL.Reference;

/// <summary>Sections 11 and 14: partial decryptions, and a sum that a client verifies under a joint key.</summary>
internal sealed class JointSumVectors
{
    private const string Section = "11-joint-key";
    private const string Decryption = "joint-partial-decryption";
    private const string Verified = "joint-sum-verified";

    private readonly JointEpoch _epoch;
    private readonly JointRound _round;
    private readonly ReferenceParameters _parameters = JointEpoch.World.Plan.Parameters;
    private readonly Message _proposal;
    private readonly byte[][] _seeds;
    private readonly byte[][] _partials;
    private readonly ulong[][] _digests;
    private readonly Message[] _releases;
    private readonly byte[] _sumDigest;

    private JointSumVectors(JointEpoch epoch, JointRound round)
    {
        _epoch = epoch;
        _round = round;
        _proposal = round.Propose();
        _seeds = [.. Enumerable.Range(0, 2).Select(j => Chosen.Bytes($"smudging seed {j}", 32))];
        byte[] context = JointWire.SmudgingContext(_proposal.Hash, 0);
        _partials = [.. Enumerable.Range(0, 2)
            .Select(j => epoch.Partial(j, [0, 1], round.Contributions.Second, _seeds[j], context, 0))];
        _digests = [.. _partials.Select(partial => JointContributions.Digest(epoch.Unpack(partial)))];
        _releases =
            [.. _digests.Select((digest, j) => round.Release(_proposal, j, ReferenceDigest.Pack(digest)))];
        long[] sums = [.. round.Contributions.Messages.Take((int)_parameters.FloatLength).Select(m => (long)m)];
        _sumDigest = Derivations.RoundSum(_proposal.Hash, [(0, Derivations.GroupSum(0, sums))]);
    }

    public static IEnumerable<Vector> All(JointEpoch epoch, JointRound round)
    {
        JointSumVectors v = new(epoch, round);
        return [.. v.Decryptions(), .. v.Sums()];
    }

    private IEnumerable<Vector> Decryptions()
    {
        yield return new Vector(Decryption, Section,
            "Holder 0 of the active set {0, 1} decrypts one chunk: its key share, the summed c1, its noise; and what "
            + "is signed of it, the linear digest.", "partial-decryption")
        {
            ["plan"] = "@joint-plan.json#/plan",
            ["certificateHash"] = Json.Hex(_proposal.Hash),
            ["group"] = 0,
            ["chunk"] = 0,
            ["holder"] = 0,
            ["active"] = Json.Numbers([0, 1]),
            ["seed"] = Json.Hex(_seeds[0]),
            ["keyShare"] = Json.Hex(_epoch.Pack(_epoch.KeyShares[0])),
            ["second"] = Json.Hex(_round.Contributions.Second),
            ["sumRoot"] = Json.Hex(_round.SecondRoot),
            ["partialHash"] = Json.Hex(JointWire.Half(_partials[0])),
            ["digestSha256"] = Json.Hex(SHA256.HashData(ReferenceDigest.Pack(_digests[0]))),
        };
        yield return new Vector("joint-opening-sum", Section,
            "The summed c0 and both partial decryptions give the sums.", "joint-open")
        {
            ["plan"] = "@joint-plan.json#/plan",
            ["first"] = Json.Hex(_round.Contributions.First),
            ["partials"] = Json.Hexes(_partials),
            ["sums"] = Json.Longs(_round.Contributions.Messages.Take(16).Select(m => (long)m)),
        };
        yield return new Vector("joint-partial-other", Section,
            "A partial decryption that does not have the digest of its holder's release.", "partial-intake")
        {
            ["plan"] = "@joint-plan.json#/plan",
            ["proposal"] = Json.Hex(_proposal.Encoded),
            ["release"] = $"@{Verified}.json#/releases/0",
            ["packed"] = $"@{Decryption}.json#/second",
        }.Refused(603, "WrongPartialDecryption");
    }

    private IEnumerable<Vector> Sums()
    {
        // Pieces of a chunk: 64 words of c0 and the rest, the same of the sum of the partial decryptions.
        ulong[][] first = _round.Contributions.Words(0);
        ulong[][][] partials = [.. _partials.Select(_epoch.Unpack)];
        ulong[][] second = [.. partials[0].Select((words, i) => words.Zip(partials[1][i], (x, y) => x + y).ToArray())];
        byte[][] pieces = [.. Pieces(first, 3), .. Pieces(second, 2)];
        Message version = Wire.Version(_round.Context, 1, JointEpoch.World.First.Hash, _sumDigest,
            Derivations.DefaultModel(JointEpoch.World.Model, _sumDigest), JointEpoch.World.Server);
        Message certificate =
            Wire.Certificate(_proposal, [.. Enumerable.Range(0, 3).Select(j => _round.Vote(_proposal, j))]);
        References known = new(Verified,
        [
            ("head", JointEpoch.World.First.Encoded), ("opening", _round.Opening.Encoded),
            ("certificate", certificate.Encoded), ("releases/0", _releases[0].Encoded),
            ("releases/1", _releases[1].Encoded), ("version1", version.Encoded),
        ]);
        Message honest = Evidence(_releases);
        yield return Of(Verified, "The summed c0 and the sum of both partial decryptions, of a round with three "
            + "clients.", honest, Json.Hexes(pieces))
            .With("opening", Json.Hex(_round.Opening.Encoded)).With("certificate", Json.Hex(certificate.Encoded))
            .With("releases", Json.Hexes(_releases.Select(release => release.Encoded)))
            .With("version1", Json.Hex(version.Encoded))
            .With("statuses", Json.Numbers([0]))
            .With("groupSumDigests", Json.Hexes([Derivations.GroupSum(0, Opened())]))
            .With("sums", new JsonArray(Json.Digest(Opened())))
            .With("expect", new JsonObject { ["accept"] = true, ["hash"] = Json.Hex(version.Hash) });
        yield return Changed("joint-sum-word-above", "A word of c0 that three residues cannot reach.", 0, first, 3,
            (3 * (_parameters.Primes[0] - 1)) + 1, 106, "MalformedCiphertext");
        yield return Changed("joint-sum-word-changed", "Another word of c0: a sum that opens.", 0, first, 3,
            first[0][0] ^ 1, 513, "WrongSummedCiphertext");
        yield return Changed("joint-sum-partial-above", "A word that two partial decryptions cannot reach.", 2, second,
            2, (2 * (_parameters.Primes[0] - 1)) + 1, 106, "MalformedCiphertext");
        yield return Changed("joint-sum-partial-changed", "Other partial decryptions than were released.", 2, second, 2,
            second[0][0] ^ 1, 603, "WrongPartialDecryption");
        yield return Of("joint-sum-few", "The release of one active holder of two.", Evidence([_releases[0]]),
            Referred()).Refused(600, "BelowThreshold");
        Message inactive = _round.Release(_proposal, 2, ReferenceDigest.Pack(_digests[1]));
        yield return Of("joint-sum-inactive", "A release of a holder that is not active.",
            Evidence([_releases[0], inactive]), Referred()).Refused(512, "WrongActiveSet");

        Message Evidence(Message[] releases) => Wire.Evidence(_round.Context, JointEpoch.World.First, _round.Opening,
            certificate, releases, version);

        Vector Of(string name, string what, Message evidence, JsonArray chunk) => new(name, "14-verification", what,
            "sum")
        {
            ["plan"] = "@joint-plan.json#/plan",
            ["identity"] = Json.Hex(JointEpoch.World.Clients[0].PrivateKey),
            ["head"] = Json.Hex(JointEpoch.World.First.Encoded),
            ["evidence"] = known.Of(evidence.Encoded),
            ["ciphertexts"] = new JsonArray(chunk),
        };

        Vector Changed(string name, string what, int piece, ulong[][] words, int summands, ulong word, int code,
            string codeName)
        {
            JsonArray chunk = Referred();
            chunk[piece] = Json.Hex(Pieces([[word, .. words[0][1..]], .. words[1..]], summands)[0]);
            return Of(name, what, honest, chunk).Refused(code, codeName);
        }

        static JsonArray Referred() =>
            [.. Enumerable.Range(0, 4).Select(i => (JsonNode)$"@{Verified}.json#/ciphertexts/0/{i}")];
    }

    private byte[][] Pieces(ulong[][] words, int summands)
    {
        byte[] packed = SummedRound.Pack(_parameters, words, summands);
        int head = 8 * SummedRound.Width(_parameters.Primes[0], summands) * 8;
        return [packed[..head], packed[head..]];
    }

    private long[] Opened() =>
        [.. _round.Contributions.Messages.Take((int)_parameters.FloatLength).Select(m => (long)m)];
}
