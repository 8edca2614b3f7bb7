namespace SecureFL.Reference;

/// <summary>Section 13: public polynomials, digests of contributions and of their sum, refusals.</summary>
internal static class LinearDigestVectors
{
    private const ulong RejectingIndex = 1_773_043;

    private static readonly byte[] Plan = Chosen.Bytes("linear digest plan", 32);

    public static IEnumerable<Vector> All()
    {
        ReferenceDigest digest = new(Plan);
        ReferenceParameters large = new()
        {
            Degree = 8192,
            Primes = [.. ReferencePlanner.Largest(48, 8192, 1), .. ReferencePlanner.Largest(49, 8192, 1)],
            LogDelta = 15,
            Errors = 1,
            Radices = [(1L << 36) + 1, (1L << 36) + 1],
            FloatLength = 9000,
            IntegerLength = 0,
            Bits = 16,
            Clip = 1,
            MaxClients = 16_384,
        };
        return
        [
            Polynomials(digest),
            Sum("linear-digest", "Contributions of five chunks that share polynomials, the last one filled up, and "
                + "their unreduced sum.", digest, World.SmallParameters with { FloatLength = 5000 }, [1, 1, 1]),
            Sum("linear-digest-large-ring", "One chunk modulo two primes, cut into four polynomials; the sum holds the "
                + "first contribution 16,000 times: its words exceed the digest's primes.", digest, large, [16_000, 1]),
            Encoding(),
        ];
    }

    private static Vector Polynomials(ReferenceDigest digest)
    {
        JsonArray cases = [];
        foreach (ulong k in new ulong[] { 0, 1, 1UL << 40, RejectingIndex })
        {
            (ulong[] Values, int[] Rejected)[] a = digest.Polynomial(k);
            cases.Add(new JsonObject
            {
                ["k"] = k,
                ["streamKey"] = Json.Hex(digest.StreamKey(k)),
                ["rejectedPositions"] = new JsonArray([.. a.Select(half => (JsonNode)Json.Numbers(half.Rejected))]),
                ["values"] = new JsonArray([.. a.Select(half => (JsonNode)Json.Digest(half.Values))]),
            });
        }

        return new Vector("linear-digest-polynomial", "13-linear-digest",
            "A_k modulo both primes from one stream; of the last one a word is rejected, once in 2^20 polynomials.",
            "linear-digest-polynomial")
        {
            ["plan"] = Json.Hex(Plan),
            ["primes"] = Json.Unsigned(ReferenceDigest.Primes),
            ["cases"] = cases,
        };
    }

    private static Vector Sum(string name, string description, ReferenceDigest digest, ReferenceParameters p,
        int[] times)
    {
        int length = p.ChunkCount * p.Primes.Length * p.Degree;
        ulong[] sum = new ulong[length];
        JsonArray contributions = [];
        for (int client = 0; client < times.Length; client++)
        {
            byte[] key = Chosen.Bytes($"{name} content {client}", 32);
            CounterStream stream = new(key);
            ulong[] residues = [.. Enumerable.Range(0, length / p.Degree)
                .SelectMany(i => PublicPolynomial.Draw(stream, p.Primes[i % p.Primes.Length], p.Degree).Values)];
            sum = [.. sum.Select((s, i) => checked(s + ((ulong)times[client] * residues[i])))];
            contributions.Add(new JsonObject
            {
                ["contentKey"] = Json.Hex(key),
                ["times"] = times[client],
                ["digest"] = Value(digest.Of(residues)),
            });
        }

        return new Vector(name, "13-linear-digest", description + " Residues are drawn as public polynomials are, one "
            + "after the other from stream(contentKey).", "linear-digest")
        {
            ["plan"] = Json.Hex(Plan),
            ["parameters"] = p.ToJson(),
            ["contributions"] = contributions,
            ["clients"] = times.Sum(),
            ["sum"] = Json.Digest(sum),
            ["digest"] = Value(digest.Of(sum)),
            ["largestWords"] = Json.Unsigned(p.Primes.Select(q => (ulong)times.Sum() * (q - 1))),
        };
    }

    private static Vector Encoding()
    {
        ulong p = ReferenceDigest.Primes[0], q = ReferenceDigest.Primes[1];
        (int, ulong)[][] inputs =
            [[], [(0, 1)], [(0, p - 1), (511, 5), (4095, p - 1), (4096, q - 1), (8191, q - 1)], [(7, p)],
                [(4096, q)], [(4095, (1UL << 50) - 1)], [(8191, p)], [(0, p - 1), (4096, p - 1)]];
        JsonArray cases = [];
        foreach ((int, ulong)[] input in inputs)
        {
            ulong[] words = new ulong[2 * ReferenceDigest.Degree];
            foreach ((int at, ulong word) in input)
            {
                words[at] = word;
            }

            cases.Add(new JsonObject
            {
                ["positions"] = Json.Numbers(input.Select(i => i.Item1)),
                ["words"] = Json.Unsigned(input.Select(i => i.Item2)),
                ["sha256"] = Json.Hex(SHA256.HashData(ReferenceDigest.Pack(words))),
                ["accepted"] = input.All(i => i.Item2 < (i.Item1 < ReferenceDigest.Degree ? p : q)),
            });
        }

        return new Vector("linear-digest-encoding", "13-linear-digest",
            "Packed digests with some words that are not zero; those with a word at its prime or above are refused.",
            "linear-digest-encoding")
        { ["cases"] = cases };
    }

    private static JsonObject Value(ulong[] words) => new()
    {
        ["words"] = Json.Digest(words),
        ["bytesSha256"] = Json.Hex(SHA256.HashData(ReferenceDigest.Pack(words))),
    };
}
