namespace SecureFL.Reference;

/// <summary>Section 2: the planner's choices, the digest of parameters, and sets that break one rule.</summary>
internal static class PlannerVectors
{
    public static IEnumerable<Vector> All() => [Choices(), Digests(), .. Broken()];

    private static Vector Choices()
    {
        JsonArray cases = [];
        foreach ((long floats, int integers, int bits, int clients, int holders) in new (long, int, int, int, int)[]
        {
            (16, 0, 8, 4, 3), (1000, 6, 8, 10, 5), (3000, 0, 16, 100, 3), (100_000, 12, 8, 10, 5),
                (10_000_000, 0, 16, 100, 5), (100_000_000, 0, 8, 10, 5),
            (10_000_000, 0, 24, 65536, 3), (10_000_000, 0, 10, 65536, 3), (1_000_000, 0, 4, 2, 3),
        })
        {
            ReferenceParameters p = ReferencePlanner.Plan(floats, integers, bits, 8, clients, holders)!;
            cases.Add(new JsonObject
            {
                ["keyHolders"] = holders,
                ["parameters"] = p.ToJson(),
                ["chunks"] = p.ChunkCount,
                ["chunkBytes"] = p.ChunkBytes
            });
        }

        return new Vector("planner", "02-parameters",
            "What the planner chooses; vector lengths, bits, clip and clients of each set are the request.", "planner")
        {
            ["cases"] = cases,
        };
    }

    private static Vector Digests() =>
        new("parameters-digest", "02-parameters", "The digest over the arithmetic parameters.", "parameters-digest")
        {
            ["parameters"] = World.WideParameters.ToJson(),
            ["digest"] = Json.Hex(World.WideParameters.Digest()),
        };

    // 209 PlanRule is what a plan with such parameters is refused with.
    private static IEnumerable<Vector> Broken()
    {
        ReferenceParameters good = World.SmallParameters;
        ulong prime = good.Primes[0];
        (string Name, string What, ReferenceParameters Set)[] broken =
        [
            ("composite-prime", "A modulus that is not a prime.", good with { Primes = [prime - 2048] }),
            ("prime-not-one", "A prime that is not 1 modulo 2N.", good with { Primes = [1048573] }),
            ("prime-twice", "A prime listed twice, N = 2048.",
                good with { Degree = 2048, Radices = [57, 57, 57],
                    Primes = [.. Enumerable.Repeat(ReferencePlanner.Largest(25, 2048, 1).Single(), 2)] }),
            ("modulus-too-large", "29 bits at N = 1024: below the security level.",
                good with { Primes = [ReferencePlanner.Largest(29, 1024, 1).Single()] }),
            ("binomial-small-ring", "Centred binomial errors at N = 1024: no entry in the table.",
                good with { Errors = 1 }),
            ("ring-degree", "A ring degree that is not in the table.", good with { Degree = 512, Primes = [prime] }),
            ("scale-too-small", "A scale one power of two below the bound.",
                good with { LogDelta = good.LogDelta - 1 }),
            ("scale-too-large", "Scale and lanes do not fit below q.", good with { LogDelta = 16 }),
            ("lane-too-small", "A lane that a sum of n_max values can overflow.", good with { Radices = [55] }),
            ("lane-even", "An even radix.", good with { Radices = [58] }),
            ("one-prime-too-many", "A prime that the lanes do not need.",
                good with { Degree = 2048, Primes = [.. ReferencePlanner.Largest(26, 2048, 2)], Radices = [57] }),
            ("bits", "Three bits.", good with { Bits = 3 }),
            ("clip-zero", "A clip of zero.", good with { Clip = 0 }),
            ("clip-nan", "A clip that is no number.", good with { Clip = float.NaN }),
            ("no-elements", "An empty vector.", good with { FloatLength = 0 }),
        ];
        foreach ((string name, string what, ReferenceParameters set) in broken)
        {
            World world = World.Secure(plan => plan with { Parameters = set });
            yield return new Vector("bad-parameters-" + name, "02-parameters", what, "plan")
            { ["plan"] = Json.Hex(world.PlanBytes) }.Refused(209, "PlanRule");
        }
    }
}
