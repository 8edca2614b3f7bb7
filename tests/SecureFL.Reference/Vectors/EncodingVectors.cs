namespace SecureFL.Reference;

/// <summary>Section 3: quantising, counters, lanes, encryption, sum and opening.</summary>
internal static class EncodingVectors
{
    public static IEnumerable<Vector> All() =>
        [Quantise(), Counters(), Lanes(), Encryption(), SumAndOpening("sum-and-opening", World.WideParameters, 3),
            TwoPrimes(), LargeKeySum(), OutsideLanes()];

    private static Vector Quantise()
    {
        JsonArray cases = [];
        foreach ((int bits, float clip) in new[] { (4, 2f), (8, 1f), (16, 8f), (24, 0.1f) })
        {
            float limit = (1 << (bits - 1)) - 1;
            float[] values =
            [
                0, -0f, clip, -clip, clip * 2, -clip * 3, float.MaxValue, float.Epsilon, clip / 2, clip / limit / 2,
                1.5f * clip / limit, -2.5f * clip / limit,
                .. Chosen.Small($"quantise {bits}", 52, 1 << 20).Select(n => n * clip / (1 << 19)),
            ];
            cases.Add(new JsonObject
            {
                ["bits"] = bits,
                ["clipBits"] = BitConverter.SingleToUInt32Bits(clip),
                ["values"] = Json.Singles(values),
                ["quantised"] = Json.Numbers(values.Select(x => ReferenceEncoding.QuantiseNearest(x, bits, clip))),
            });
        }

        return new Vector("quantise-nearest", "03-encoding",
            "Scaling in single precision, clamping, rounding to nearest with ties to even.", "quantise-nearest")
        { ["cases"] = cases };
    }

    private static Vector Counters()
    {
        (long Value, long Max, int Bits)[] inputs =
            [(0, 10, 4), (10, 10, 4), (-7, 10, 4), (1000, 1000, 4), (-999, 1000, 8),
                (1L << 47, 1L << 47, 16), (5, 7, 4)];
        return new Vector("counters", "03-encoding", "Counters in digits to the radix 2^(b-1).", "counters")
        {
            ["cases"] = new JsonArray([.. inputs.Select(i => (JsonNode)new JsonObject
            {
                ["bits"] = i.Bits,
                ["maxMagnitude"] = i.Max,
                ["value"] = i.Value,
                ["digits"] = Json.Numbers(ReferenceEncoding.CounterDigits(i.Value, i.Max, i.Bits)),
            })]),
        };
    }

    private static Vector Lanes()
    {
        ReferenceParameters p = new()
        {
            Degree = 4096,
            Primes = [.. ReferencePlanner.Largest(49, 4096, 2)],
            LogDelta = ReferencePlanner.LogDelta(4, 1),
            Errors = 1,
            Radices = [(1 << 24) + 1, (1 << 22) + 1, (1 << 20) + 1],
            FloatLength = 0,
            IntegerLength = 3000,
            Bits = 12,
            Clip = 1,
            MaxClients = 4,
        };
        int[] elements = Chosen.Small("lane elements", 3000, p.MaxQuantised);
        BigInteger[] messages = ReferenceEncoding.PackLanes(elements, p);
        byte[] scaled = [.. p.Primes.SelectMany(prime => PackedWords.Pack(
            [.. messages.Select(m => (ulong)Curve.Mod(m << p.LogDelta, prime))], PublicPolynomial.BitLength(prime)))];
        return new Vector("lane-packing", "03-encoding",
            "Elements of a chunk in three lanes of different radices, the places after the last one empty; Delta m "
            + "modulo both primes, packed.", "lane-packing")
        {
            ["parameters"] = p.ToJson(),
            ["elements"] = Json.Numbers(elements),
            ["firstMessages"] = new JsonArray(
                [
                    .. messages.Take(8)
                        .Select(m => (JsonNode)m.ToString(System.Globalization.CultureInfo.InvariantCulture))]),
            ["packedSha256"] = Json.Hex(SHA256.HashData(scaled)),
        };
    }

    private static Vector Encryption()
    {
        ReferenceParameters p = World.WideParameters with { FloatLength = 3000, IntegerLength = 6 };
        byte[] seed = Chosen.Bytes("encryption seed", 32);
        float[] values = [.. Chosen.Small("encryption values", 3000, 1 << 20).Select(n => n * p.Clip / (1 << 20))];
        int[] integers = Chosen.Small("encryption integers", 6, p.MaxQuantised);
        int[] elements = [.. values.Select(x => ReferenceEncoding.QuantiseNearest(x, p.Bits, p.Clip)), .. integers];
        int[] secret = Chosen.Small("encryption secret", p.Degree, 80);
        int[] errors = Chosen.Small("encryption errors", p.Degree, 80);
        byte[] packed = ReferenceEncoding.EncryptChunk(p, new PublicChunk(p, seed, 0, 0), secret, errors, elements);
        return new Vector("encryption", "03-encoding",
            "c = a s + Delta m + e of one chunk with given secret and errors, values rounded to nearest.", "encryption")
        {
            ["parameters"] = p.ToJson(),
            ["seed"] = Json.Hex(seed),
            ["chunk"] = 0,
            ["secret"] = Json.Bytes(secret),
            ["errors"] = Json.Bytes(errors),
            ["values"] = Json.Singles(values),
            ["integers"] = Json.Numbers(integers),
            ["packed"] = Json.Hex(packed),
        };
    }

    private static Vector TwoPrimes()
    {
        // 53 bits in two primes, one lane of 24 bits and one of 18.
        ReferenceParameters p = new()
        {
            Degree = 2048,
            Primes = [.. ReferencePlanner.Largest(26, 2048, 1), .. ReferencePlanner.Largest(27, 2048, 1)],
            LogDelta = ReferencePlanner.LogDelta(3, 2),
            Errors = 2,
            Radices = [(1 << 24) + 1, (1 << 18) + 1],
            FloatLength = 3000,
            IntegerLength = 0,
            Bits = 12,
            Clip = 1,
            MaxClients = 3,
        };
        return SumAndOpening("sum-and-opening-two-primes", p, 2);
    }

    // 2^16 clients of at most 80 a coefficient: one upload under such a key stands for them all.
    private static Vector LargeKeySum() => SumAndOpening("opening-large-key-sum", World.SmallParameters, 1, 80 << 16);

    private static Vector SumAndOpening(string name, ReferenceParameters p, int clients, int magnitude = 80)
    {
        p = p with { FloatLength = Math.Min(p.FloatLength, p.ElementsPerChunk - 10), IntegerLength = 0 };
        byte[] seed = Chosen.Bytes(name + " seed", 32);
        PublicChunk a = new(p, seed, 0, 0);
        int[][] secrets =
            [.. Enumerable.Range(0, clients).Select(i => Chosen.Small($"{name} secret {i}", p.Degree, magnitude))];
        byte[][] uploads = [.. Enumerable.Range(0, clients).Select(i => ReferenceEncoding.EncryptChunk(
            p, a, secrets[i], Chosen.Small($"{name} errors {i}", p.Degree, 10),
            Chosen.Small($"{name} elements {i}", (int)p.FloatLength, p.MaxQuantised)))];
        int[] keySum = [.. Enumerable.Range(0, p.Degree).Select(k => secrets.Sum(s => s[k]))];
        (long[] sums, long[] noise, bool inside) =
            ReferenceEncoding.OpenChunk(p, a, uploads, keySum, (int)p.FloatLength);
        return new Vector(name, "03-encoding", "Packed chunks, the sum of their secrets, and what opens.", "open")
        {
            ["parameters"] = p.ToJson(),
            ["seed"] = Json.Hex(seed),
            ["uploads"] = Json.Hexes(uploads),
            ["keySum"] = Json.Numbers(keySum),
            ["insideLanes"] = inside,
            ["sums"] = Json.Digest(sums),
            ["noiseSquares"] = noise.Sum(e => e * e),
            ["noiseMaximum"] = noise.Max(Math.Abs),
        };
    }

    // One coefficient holds more than its lane: a contribution that was not made by the rules.
    private static Vector OutsideLanes()
    {
        ReferenceParameters p = World.SmallParameters;
        byte[] seed = Chosen.Bytes("outside seed", 32);
        PublicChunk a = new(p, seed, 0, 0);
        int[] secret = Chosen.Small("outside secret", p.Degree, 20);
        int[] elements = new int[16];
        elements[5] = 500;
        byte[] upload = ReferenceEncoding.EncryptChunk(p, a, secret,
            Chosen.Small("outside errors", p.Degree, 10), elements);
        (long[] sums, long[] noise, bool inside) = ReferenceEncoding.OpenChunk(p, a, [upload], secret, 16);
        return new Vector("opening-outside-lanes", "07-opening",
            "A message beyond the lanes: the group is spoiled with status 2.", "open")
        {
            ["parameters"] = p.ToJson(),
            ["seed"] = Json.Hex(seed),
            ["uploads"] = Json.Hexes([upload]),
            ["keySum"] = Json.Numbers(secret),
            ["insideLanes"] = inside,
            ["sums"] = Json.Digest(sums),
            ["noiseSquares"] = noise.Sum(e => e * e),
            ["noiseMaximum"] = noise.Max(Math.Abs),
        };
    }
}
