namespace SecureFL.Reference;

/// <summary>Sections 1, 3 and 5: keystream, evaluation order, products, packing, public polynomials.</summary>
internal static class RingVectors
{
    private const int Degree = 1024;

    public static IEnumerable<Vector> All() =>
    [
        Keystream(),
        EvaluationOrder(),
        Packing(),
        PublicPolynomialOf("public-polynomial", "Two chunks modulo a prime of 20 bits; some words are rejected.", 1024,
            [ReferencePlanner.Largest(20, 1024, 1).Single()]),
        PublicPolynomialOf("public-polynomial-two-primes",
            "One chunk modulo two primes: each has a stream of its own.", 2048,
            [.. ReferencePlanner.Largest(26, 2048, 1), .. ReferencePlanner.Largest(27, 2048, 1)]),
    ];

    private static Vector Keystream()
    {
        byte[] key = Chosen.Bytes("keystream key", 32);
        CounterStream stream = new(key);
        int[] draws = [5, 16, 27, 1, 100];
        return new Vector("keystream", "01-notation",
            "Draws of several lengths from one AES-256-CTR stream follow each other without gaps.", "keystream")
        {
            ["key"] = Json.Hex(key),
            ["draws"] = Json.Numbers(draws),
            ["bytes"] = Json.Hexes(draws.Select(stream.Next)),
        };
    }

    private static Vector EvaluationOrder()
    {
        ulong prime = ReferencePlanner.Largest(27, Degree, 1).Single();
        ReferenceRing ring = new(Degree, prime);
        ulong[] x = new ulong[Degree];
        x[1] = 1;
        ulong[] polynomial = Chosen.Below("evaluation polynomial", Degree, prime);
        return new Vector("evaluation-order", "03-encoding",
            "The values of X and of a polynomial in evaluation order; psi is the smallest root.", "evaluation-order")
        {
            ["ringDegree"] = Degree,
            ["prime"] = prime,
            ["psi"] = ring.Root,
            ["valuesOfX"] = Json.Digest(ring.ToEvaluationForm(x)),
            ["coefficients"] = Json.Unsigned(polynomial),
            ["values"] = Json.Digest(ring.ToEvaluationForm(polynomial)),
        };
    }

    private static Vector Packing()
    {
        JsonArray cases = [];
        foreach (int width in new[] { 20, 27, 50 })
        {
            ulong[] words = Chosen.Below($"packing {width}", Degree, 1UL << width);
            cases.Add(new JsonObject
            {
                ["width"] = width,
                ["words"] = Json.Digest(words),
                ["packed"] = Json.Hex(PackedWords.Pack(words, width)),
            });
        }

        return new Vector("packing", "03-encoding", "Two groups of 512 words at several widths.", "packing")
        { ["cases"] = cases };
    }

    private static Vector PublicPolynomialOf(string name, string description, int degree, ulong[] primes)
    {
        byte[] seed = Chosen.Bytes("public seed", 32);
        JsonArray cases = [];
        for (int i = 0; i < primes.Length; i++)
        {
            foreach (ulong chunk in primes.Length == 1 ? new ulong[] { 0, 1 } : [7])
            {
                (ulong[] values, int[] rejected) = PublicPolynomial.Expand(seed, 0, chunk, (uint)i, primes[i], degree);
                cases.Add(new JsonObject
                {
                    ["vector"] = 0,
                    ["chunk"] = chunk,
                    ["primeIndex"] = i,
                    ["streamKey"] = Json.Hex(PublicPolynomial.StreamKey(seed, 0, chunk, (uint)i)),
                    ["rejectedPositions"] = Json.Numbers(rejected),
                    ["values"] = Json.Digest(values),
                });
            }
        }

        return new Vector(name, "05-round", description, "public-polynomial")
        {
            ["seed"] = Json.Hex(seed),
            ["ringDegree"] = degree,
            ["primes"] = Json.Unsigned(primes),
            ["cases"] = cases,
        };
    }
}
