namespace SecureFL.Reference;

/// <summary>Section 11.10: ciphertexts that travel as SEAL objects.</summary>
internal static class SealWireVectors
{
    private const string Section = "11-joint-key";
    private const string Plan = "@joint-seal-plan.json#/plan";

    private static readonly ReferenceParameters Parameters = JointEpoch.JointParameters with
    {
        JointKey = JointEpoch.JointParameters.JointKey! with
        { SpecialPrime = ReferencePlanner.Largest(20, 4096, 1).Single() },
    };

    private static readonly World World = World.Small(plan => plan with { Suite = 2, Parameters = Parameters });

    private static ulong[] KeyPrimes => [.. Parameters.Primes, Parameters.JointKey!.SpecialPrime];

    public static IEnumerable<Vector> All() => [SignedPlan(), .. Rules(), Key(), .. Chunks()];

    private static Vector SignedPlan() =>
        new("joint-seal-plan", Section,
            "A signed plan of the joint-key suite whose ciphertexts travel as SEAL objects.", "plan")
        {
            ["plan"] = Json.Hex(World.PlanBytes),
            ["digest"] = Json.Hex(World.Digest),
            ["spoken"] = ReferencePlan.Spoken(World.Digest),
            ["terms"] = Json.Hex(World.Plan.Terms),
            ["minClients"] = 3,
            ["votes"] = World.Plan.Votes,
            ["deaths"] = World.Plan.Deaths,
            ["counters"] = new JsonArray(),
        };

    private static IEnumerable<Vector> Rules()
    {
        yield return Of("plan-joint-seal-prime", "A special prime that is not 1 modulo 2 N.",
            Parameters.JointKey!.SpecialPrime + 2);
        yield return Of("plan-joint-seal-twice", "A special prime that is one of the ciphertexts' too.",
            Parameters.Primes[0]);
        yield return Of("plan-joint-seal-limit", "A special prime with which q P is beyond the bound for N.",
            ReferencePlanner.Largest(40, 4096, 1).Single());

        static Vector Of(string name, string what, ulong special) => new Vector(name, "04-plan", what, "plan")
        {
            ["plan"] = Json.Hex(World.Small(plan => plan with
            {
                Suite = 2,
                Parameters = Parameters with { JointKey = Parameters.JointKey! with { SpecialPrime = special } },
            }).PlanBytes),
        }.Refused(209, "PlanRule");
    }

    private static Vector Key()
    {
        byte[] seed = Chosen.Bytes("seal reference seed", 32);
        ReferenceRing[] rings = [.. KeyPrimes.Select(prime => ReferenceRing.Of(Parameters.Degree, prime))];
        ulong[][] b = [.. rings.Select((ring, i) => Chosen.Below($"seal b prime {i}", ring.Degree, ring.Prime))];
        ulong[][] a =
            [
                .. rings.Select(
                    (ring, i) => SealObjects.Reordered(
                        PublicPolynomial.Expand(seed, 0, 0, (uint)i, ring.Prime, ring.Degree).Values))];
        byte[] key = SealObjects.Ciphertext(Parameters.Degree, KeyPrimes, 0,
            [.. rings.Select((ring, i) => SealObjects.Transformed(ring, b[i]))], a);
        return new Vector("joint-seal-public-key", Section,
            "The set as SEAL's EncryptionParameters, and a joint public key as SEAL's PublicKey.", "seal-key")
        {
            ["plan"] = Plan,
            ["referenceSeed"] = Json.Hex(seed),
            ["publicKey"] = Json.Hex(Pack(rings, b)),
            ["parameters"] = Json.Hex(SealObjects.Parameters(Parameters.Degree, KeyPrimes)),
            ["keyBytes"] = key.Length,
            ["keyHead"] = Json.Hex(key[..113]),
            ["keySha256"] = Json.Hex(SHA256.HashData(key)),
        };
    }

    private static IEnumerable<Vector> Chunks()
    {
        ReferenceRing[] rings = [.. Parameters.Primes.Select(prime => ReferenceRing.Of(Parameters.Degree, prime))];
        ulong[][][] halves =
            [
                .. Enumerable.Range(0, 2).Select(
                    half => rings.Select((ring, i) => Chosen.Below($"seal c{half} prime {i}", ring.Degree, ring.Prime))
                        .ToArray())];
        byte[] wire = SealObjects.Ciphertext(
            Parameters.Degree, Parameters.Primes, Parameters.LogDelta, Transformed(halves[0]), Transformed(halves[1]));
        yield return new Vector("joint-seal-chunk", Section,
            "A chunk in packed form and the SEAL ciphertext that travels.", "seal-chunk")
        {
            ["plan"] = Plan,
            ["packed"] = Json.Hex([.. Pack(rings, halves[0]), .. Pack(rings, halves[1])]),
            ["wireBytes"] = wire.Length,
            ["wireHead"] = Json.Hex(wire[..113]),
            ["wireSha256"] = Json.Hex(SHA256.HashData(wire)),
            ["expect"] = "accept",
        };
        yield return Patched("joint-seal-chunk-level", "A ciphertext that names the level of keys.", 16,
            SealObjects.Id(Parameters.Degree, KeyPrimes));
        yield return Patched("joint-seal-chunk-form", "A ciphertext in coefficient form.", 48, [0]);
        yield return Patched("joint-seal-chunk-polynomials", "A ciphertext of three polynomials.", 49, [3]);
        yield return Patched("joint-seal-chunk-scale", "Another scale than the plan's.", 73,
            BitConverter.GetBytes(Math.Pow(2, Parameters.LogDelta - 1)));
        yield return Patched("joint-seal-chunk-compressed", "A compressed ciphertext.", 5, [1]);
        yield return Patched("joint-seal-chunk-residue",
            "The first residue of c1 modulo the second prime is that prime.", 113 + (8 * 3 * Parameters.Degree),
            BitConverter.GetBytes(Parameters.Primes[1]));

        ulong[][] Transformed(ulong[][] half) => [.. rings.Select((ring, i) => SealObjects.Transformed(ring, half[i]))];

        static Vector Patched(string name, string what, int at, byte[] bytes) =>
            new Vector(name, Section, what, "seal-chunk")
            {
                ["plan"] = Plan,
                ["packed"] = "@joint-seal-chunk.json#/packed",
                ["at"] = at,
                ["bytes"] = Json.Hex(bytes),
            }.Refused(106, "MalformedCiphertext");
    }

    private static byte[] Pack(ReferenceRing[] rings, ulong[][] residues) =>
        [.. residues.SelectMany((r, i) => PackedWords.Pack(r, PublicPolynomial.BitLength(rings[i].Prime)))];
}
