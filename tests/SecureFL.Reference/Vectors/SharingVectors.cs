namespace SecureFL.Reference;

/// <summary>Section 6: shares, payloads, proof, HPKE, reconstruction.</summary>
internal static class SharingVectors
{
    private const int Degree = 1024;
    private const int Threshold = 2;
    private const int Holders = 3;

    public static IEnumerable<Vector> All() =>
    [
        Field(),
        Uniform(),
        Shares(),
        Sealing("hpke-sealing", "A share sealed with a given ephemeral key.", (c, _) => c),
        Sealing("hpke-wrong-aad", "The same message under another aad.", (c, field) => field == "aad" ? Flip(c) : c,
            refused: true),
        Sealing("hpke-wrong-info", "The same message under another info.", (c, field) => field == "info" ? Flip(c) : c,
            refused: true),
        Sealing("hpke-wrong-ciphertext", "A flipped bit of the ciphertext.",
            (c, field) => field == "sealed" ? Flip(c) : c, refused: true),
        .. Reconstructions(),
    ];

    private static byte[] Flip(byte[] bytes) => [.. bytes[..^20], (byte)(bytes[^20] ^ 1), .. bytes[^19..]];

    private static Vector Field()
    {
        uint[] words = [0, 1, 0x7FFFFFFE, 0x40000000, .. Chosen.Field("packed words", 7)];
        return new Vector("word-packing", "06-sharing", "Words of 31 bits; the bits after the last one are zero.",
            "word-packing")
        {
            ["words"] = Json.Unsigned(words.Select(w => (ulong)w)),
            ["packed"] = Json.Hex(ReferenceSharing.Pack(words)),
        };
    }

    private static Vector Uniform()
    {
        byte[] challenge = Chosen.Bytes("weights challenge", 32);
        uint[][] weights = ReferenceSharing.Weights(challenge, Degree);
        return new Vector("share-proof-weights", "06-sharing", "The weights of the degree check.", "share-weights")
        {
            ["challenge"] = Json.Hex(challenge),
            ["columns"] = Degree,
            ["rows"] = new JsonArray([.. weights.Select(row => (JsonNode)Json.Digest([.. row.Select(w => (ulong)w)]))]),
        };
    }

    private static Vector Shares()
    {
        int[] secret = Chosen.Small("shared secret", Degree, 80);
        uint[][] coefficients =
        [
            [.. secret.Select(s => ReferenceSharing.Residue(s)), .. Chosen.Field("shared masks", 4)],
            Chosen.Field("shared coefficients", Degree + 4),
        ];
        byte[] challenge = Chosen.Bytes("shared challenge", 32);
        return new Vector("shamir-shares", "06-sharing",
            "Payloads and proof of a secret with given polynomials, two of three.", "shares")
        {
            ["threshold"] = Threshold,
            ["holders"] = Holders,
            ["ringDegree"] = Degree,
            ["secret"] = Json.Bytes(secret),
            ["coefficients"] = Json.Hexes(coefficients.Select(ReferenceSharing.Pack)),
            ["challenge"] = Json.Hex(challenge),
            ["payloads"] = Json.Hexes(Enumerable.Range(1, Holders)
                .Select(x => ReferenceSharing.Pack(ReferenceSharing.Evaluate(coefficients, x)))),
            ["proof"] = Json.Hex(ReferenceSharing.Pack(ReferenceSharing.Proof(coefficients, challenge))),
        };
    }

    private static Vector Sealing(string name, string description, Func<byte[], string, byte[]> tamper,
        bool refused = false)
    {
        byte[] ephemeralMaterial = Chosen.Bytes("hpke ephemeral", 32);
        KeyPair recipient = HpkeBase.DeriveKeyPair(Chosen.Bytes("hpke recipient", 32));
        KeyPair ephemeral = HpkeBase.DeriveKeyPair(ephemeralMaterial);
        byte[] info = "info that the sender and the recipient derive"u8.ToArray();
        byte[] aad = "associated data of the vector"u8.ToArray();
        byte[] plaintext = Chosen.Bytes("hpke plaintext", 100);
        byte[] sealedMessage = HpkeBase.Seal(ephemeral, recipient.PublicKey, info, aad, plaintext);
        Vector vector = new(name, "06-sharing", description, "hpke")
        {
            ["recipientPrivateKey"] = Json.Hex(recipient.PrivateKey),
            ["recipientPublicKey"] = Json.Hex(recipient.PublicKey),
            ["ephemeralKeyingMaterial"] = Json.Hex(ephemeralMaterial),
            ["info"] = Json.Hex(tamper(info, "info")),
            ["aad"] = Json.Hex(tamper(aad, "aad")),
            ["plaintext"] = Json.Hex(plaintext),
            ["sealed"] = Json.Hex(tamper(sealedMessage, "sealed")),
        };
        return refused ? vector.Refused(405, "ShareNotDecryptable") : vector;
    }

    private static IEnumerable<Vector> Reconstructions()
    {
        yield return Reconstruction("reconstruction", "Exactly t answers.", 2, 3, [1, 3], []);
        yield return Reconstruction("reconstruction-liar",
            "Five answers, two of five: the liar at point 4 is corrected and named.", 2, 5, [1, 2, 3, 4, 5], [4]);
        yield return Reconstruction("reconstruction-inconsistent",
            "Three answers, two of three, one lies: detected, not corrected.", 2, 3, [1, 2, 3], [2])
            .Refused(602, "InconsistentReleases");
        yield return Reconstruction("reconstruction-below-threshold", "Two answers, three of five.", 3, 5, [2, 5], [])
            .Refused(600, "BelowThreshold");
    }

    private static Vector Reconstruction(string name, string description, int threshold, int holders, int[] points,
        int[] liars)
    {
        const int degree = 32;
        int[] sum = Chosen.Small(name + " sum", degree, 240);
        uint[][] coefficients = [[.. sum.Select(s => ReferenceSharing.Residue(s))],
            .. Enumerable.Range(1, threshold - 1).Select(i => Chosen.Field($"{name} {i}", degree))];
        (int Point, uint[] Words)[] answers = [.. points.Select(x => (x, ReferenceSharing.Evaluate(coefficients, x)))];
        foreach (int liar in liars)
        {
            uint[] words = answers.Single(a => a.Point == liar).Words;
            words[7] = ReferenceSharing.Residue(words[7] + 1L);
        }

        (long[] Sum, int[] Liars)? opened = points.Length < threshold ? null
            : ReferenceSharing.Reconstruct(answers, threshold);
        return new Vector(name, "06-sharing", description, "reconstruct")
        {
            ["threshold"] = threshold,
            ["holders"] = holders,
            ["ringDegree"] = degree,
            ["bound"] = 240,
            ["answers"] =
                new JsonArray(
                    [
                        .. answers.Select(a => (JsonNode)new JsonObject
                            { ["holder"] = a.Point, ["packed"] = Json.Hex(ReferenceSharing.Pack(a.Words)) })]),
            ["sum"] = opened is { } o ? Json.Longs(o.Sum) : null,
            ["liars"] = opened is { } p ? Json.Numbers(p.Liars) : null,
        };
    }
}
