using System.Collections.Immutable;
using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Packing;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Rlwe.Planning;

/// <summary>
/// Picks N, primes, lanes and scale. For the one-time-key suite: the fewest bytes a client sends in all, shares
/// included; among equals the fewest primes. At N of 4096 and 8192 errors are centred binomial, and Gaussian only where
/// no such set fits; the small rings, which pay for short vectors, always have Gaussian errors. For the joint-key
/// suite, with ternary secrets and centred binomial errors, N is 4096 to 16384; a key holder's shares do not depend on
/// the number of clients and are not counted. All arithmetic is in checked integers.
/// </summary>
public static class AggregationPlanner
{
    private const int MaxPrimes = 4;
    private const int MaxRoundsBits = 32;
    private const int MaxPrimeBits = 50;
    private const int MinPrimeBits = 20;

    // A share is N + 4 words of 31 bits, sealed: 65 bytes of encapsulated key and a tag of 16.
    private const int MaskWords = 4;
    private const int SealBytes = 81;

    private static readonly ImmutableArray<(int Degree, ErrorDistribution Error)> Preferred =
    [
        (1024, ErrorDistribution.DiscreteGaussian),
        (2048, ErrorDistribution.DiscreteGaussian),
        (4096, ErrorDistribution.CenteredBinomial),
        (8192, ErrorDistribution.CenteredBinomial),
    ];

    private static readonly ImmutableArray<(int Degree, ErrorDistribution Error)> Reserve =
    [
        (4096, ErrorDistribution.DiscreteGaussian),
        (8192, ErrorDistribution.DiscreteGaussian),
    ];

    private static readonly ImmutableArray<(int Degree, ErrorDistribution Error)> JointRings =
    [
        (4096, ErrorDistribution.CenteredBinomial),
        (8192, ErrorDistribution.CenteredBinomial),
        (16384, ErrorDistribution.CenteredBinomial),
    ];

    /// <summary>The best parameters for a request.</summary>
    /// <exception cref="PlanningException">Nothing fits; the exception names the rule and what would fit.</exception>
    public static AggregationParameters Plan(PlanningRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        CheckRequest(request);
        Candidate? best = request.JointKey is null ? Best(request, Preferred) ?? Best(request, Reserve)
            : Best(request, JointRings);
        if (best is not { } chosen)
        {
            throw new PlanningException(
                "modulus rule",
                $"no ring holds one lane of radix "
                + $"{AggregationParameters.LaneRadix(request.MaxClients, request.Bits)} above the noise of "
                + $"{request.MaxClients} clients",
                request.JointKey is null ? "fewer bits or fewer clients fit"
                    : "fewer bits, clients or rounds a key, or less smudging fit");
        }

        CkksParameters ckks = new(chosen.Degree, [.. chosen.Primes.Select(p => p.Value)], chosen.LogScale, chosen.Error,
            request.JointKey is null ? SecretDistribution.DiscreteGaussian : SecretDistribution.Ternary);
        LaneLayout layout = LaneLayout.Uniform(chosen.Lanes,
            AggregationParameters.LaneRadix(request.MaxClients, request.Bits));
        return new AggregationParameters(ckks, layout, request.FloatLength, request.IntegerLength, request.Bits,
            request.Clip, request.MaxClients, chosen.JointKey);
    }

    /// <summary>Bytes of one sealed share for one key holder at ring degree N.</summary>
    public static int ShareBytes(int ringDegree) => ((((ringDegree + MaskWords) * 31) + 7) / 8) + SealBytes;

    private static void CheckRequest(PlanningRequest request)
    {
        Require(request.FloatLength is >= 0 and <= AggregationParameters.MaxFloatLength, "length rule",
            $"{request.FloatLength} model elements", $"0 to {AggregationParameters.MaxFloatLength} fit");
        Require(
            request.IntegerLength is >= 0 and <= AggregationParameters.MaxIntegerLength, "length rule",
            $"{request.IntegerLength} integer elements", $"0 to {AggregationParameters.MaxIntegerLength} fit");
        Require(request.FloatLength + request.IntegerLength > 0, "length rule", "the vector is empty",
            "1 element or more fits");
        Require(request.Bits is >= 4 and <= 24, "bits rule", $"{request.Bits} bits", "4 to 24 fit");
        Require(Quantizer.IsUsableClip(request.Bits, request.Clip), "clip rule", $"clip {request.Clip}",
            "a finite positive bound fits, for example 8");
        Require(request.MaxClients is >= 1 and <= AggregationParameters.MaxClientsLimit, "clients rule",
            $"{request.MaxClients} clients", $"1 to {AggregationParameters.MaxClientsLimit} fit");
        if (request.JointKey is { } joint)
        {
            Require(joint.KeyHolders is >= 2 and <= JointKeyParameters.MaxKeyHolders, "key holder rule",
                $"{joint.KeyHolders} key holders", $"2 to {JointKeyParameters.MaxKeyHolders} fit");
            Require(joint.Threshold >= 2 && joint.Threshold <= joint.KeyHolders, "threshold rule",
                $"threshold {joint.Threshold}", $"2 to {joint.KeyHolders} fit");
            Require(
                joint.Smudging is >= JointKeyParameters.MinSmudging and <= JointKeyParameters.MaxSmudging,
                "smudging rule",
                $"lambda {joint.Smudging}",
                $"{JointKeyParameters.MinSmudging} to {JointKeyParameters.MaxSmudging} fit");
            Require(joint.RoundsPerKey is >= 1 and <= 1L << MaxRoundsBits, "key life rule",
                $"{joint.RoundsPerKey} rounds a key", $"1 to 2^{MaxRoundsBits} fit");
        }

        Require(request.KeyHolders is >= 0 and <= 64, "key holder rule", $"{request.KeyHolders} key holders",
            "0 to 64 fit");
    }

    private static void Require(bool holds, string rule, string what, string hint)
    {
        if (!holds)
        {
            throw new PlanningException(rule, what, hint);
        }
    }

    private static Candidate? Best(PlanningRequest request, ImmutableArray<(int Degree, ErrorDistribution Error)> rings)
    {
        Candidate? best = null;
        foreach ((int degree, ErrorDistribution error) in rings)
        {
            foreach (Candidate candidate in request.JointKey is { } joint ? JointCandidates(request, joint, degree)
                : Candidates(request, degree, error))
            {
                if (best is not { } b || candidate.TotalBytes < b.TotalBytes
                    || (candidate.TotalBytes == b.TotalBytes && candidate.Primes.Length < b.Primes.Length))
                {
                    best = candidate;
                }
            }
        }

        return best;
    }

    private static IEnumerable<Candidate> Candidates(PlanningRequest request, int degree, ErrorDistribution error)
    {
        int limit = Math.Min(SecurityTable.MaxLogModulus(degree, error), MaxPrimes * MaxPrimeBits);
        int logScale = AggregationParameters.MinLogScale(request.MaxClients, error);
        BigInteger radix = AggregationParameters.LaneRadix(request.MaxClients, request.Bits);
        BigInteger range = radix;
        for (int lanes = 1; ((range + 1) << logScale).GetBitLength() <= limit; lanes++, range *= radix)
        {
            if (SmallestPrimes(degree, logScale, range, limit, SummablePrimeBits(request.MaxClients)) is { } primes)
            {
                long elements = request.FloatLength + request.IntegerLength;
                long perChunk = (long)degree * lanes;
                long chunkBytes = (long)degree / 8 * primes.Sum(p => p.Bits);
                long bytes = checked(((elements + perChunk - 1) / perChunk * chunkBytes)
                    + ((long)request.KeyHolders * ShareBytes(degree)));
                yield return new Candidate(degree, error, primes, logScale, lanes, bytes);
            }
        }
    }

    private static IEnumerable<Candidate> JointCandidates(PlanningRequest request, JointKeyRequest joint, int degree)
    {
        // The special prime is published with the key and counts: what is left is the ciphertexts'.
        // Dividing by one of 20 bits leaves nothing of an encryption's errors but rounding (JointKeyParameters); every
        // further bit would be missing in the lanes.
        Modulus? special = joint.Wire == WireMode.Seal ? Primality.LargestPrimes(MinPrimeBits, degree, 1)[0] : null;
        int limit = SecurityTable.MaxLogModulusTernary(degree) - (special?.Bits ?? 0);
        BigInteger radix = AggregationParameters.LaneRadix(request.MaxClients, request.Bits);
        BigInteger range = radix;
        for (int lanes = 1; range.GetBitLength() <= limit; lanes++, range *= radix)
        {
            // M, and with it Delta, falls as lanes are added: the vector has fewer coefficients.
            long perChunk = (long)degree * lanes;
            long chunks = (request.FloatLength + request.IntegerLength + perChunk - 1) / perChunk;
            BigInteger coefficients = (BigInteger)joint.RoundsPerKey * chunks * degree;
            if (coefficients > JointKeyParameters.MaxCoefficientsLimit)
            {
                continue;
            }

            JointKeyParameters key = new(degree, request.MaxClients, joint.KeyHolders, joint.Threshold, joint.Smudging,
                (long)coefficients, special?.Value ?? 0);
            if (((range + 1) << key.MinLogScale).GetBitLength() <= limit
                && SmallestPrimes(degree, key.MinLogScale, range, limit, MaxPrimeBits) is { } primes
                && (special is null || (primes.Length < CkksParameters.MaxPrimes && !primes.Contains(special))))
            {
                // SEAL's words have 8 bytes whatever the prime.
                long chunkBytes = special is null ? 2 * ((long)degree / 8) * primes.Sum(p => p.Bits)
                    : 2L * degree * sizeof(ulong) * primes.Length;
                yield return new Candidate(degree, ErrorDistribution.CenteredBinomial, primes, key.MinLogScale, lanes,
                    checked(chunks * chunkBytes), key);
            }
        }
    }

    // Unreduced sums of all clients' residues fit the words of a linear digest.
    private static int SummablePrimeBits(int clients) =>
        Math.Min(MaxPrimeBits, AggregationParameters.SummedWordBits - BitOperations.Log2((uint)clients) - 1);

    /// <summary>
    /// The fewest bits, then the fewest primes, whose product holds the range; sizes differ by at most one bit.
    /// </summary>
    private static ImmutableArray<Modulus>? SmallestPrimes(int degree, int logScale, BigInteger range, int limit,
        int primeBits)
    {
        for (int bits = Math.Max(MinPrimeBits, (int)((range + 1) << logScale).GetBitLength() - 1);
            bits <= limit; bits++)
        {
            int count = (bits + primeBits - 1) / primeBits;
            int size = bits / count;
            int larger = bits % count;
            ImmutableArray<Modulus> primes =
            [
                .. Primality.LargestPrimes(size, degree, count - larger),
                .. larger > 0 ? Primality.LargestPrimes(size + 1, degree, larger) : [],
            ];
            if (AggregationParameters.Fits(new RnsBasis(primes).Product, logScale, range))
            {
                return primes;
            }
        }

        return null;
    }

    private readonly record struct Candidate(int Degree, ErrorDistribution Error, ImmutableArray<Modulus> Primes,
        int LogScale, int Lanes, long TotalBytes, JointKeyParameters? JointKey = null);
}
