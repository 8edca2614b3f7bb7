using System.Numerics;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Digests;

/// <summary>
/// When a linear digest binds. Two different sums under one digest differ by integers z with sum_k A_k z_k = 0, no
/// |z_i| above n (p - 1): a solution of ring-SIS of norm at most n (p - 1) sqrt(residues). Finding one shorter than
/// 2^(2 sqrt(N log2 Q log2 delta)) takes lattice reduction to a root Hermite factor below delta; 1.0037 is taken as out
/// of reach, about 128 bits.
/// </summary>
public static class LinearDigestBound
{
    /// <summary>delta.</summary>
    public const double RootHermiteFactor = 1.0037;

    /// <summary>
    /// log2 of the norm that sums must not exceed: <see cref="LogShortest"/> at the digest's ring, rounded down, so
    /// that the rule is one of integers.
    /// </summary>
    public const int LogNormLimit = 93;

    /// <summary>log2 of the shortest solution that is within reach: 2 sqrt(N log2 Q log2 delta).</summary>
    public static double LogShortest(int degree, double logModulus) =>
        2 * Math.Sqrt(degree * logModulus * Math.Log2(RootHermiteFactor));

    /// <summary>log2 of the norm of a sum: of n (p - 1) sqrt(residues).</summary>
    public static double LogNorm(long residues, int clients, ulong prime) =>
        Math.Log2(clients) + Math.Log2(prime - 1) + (Math.Log2(residues) / 2);

    /// <summary>
    /// Why a plan cannot have such parameters: the digest does not bind their largest sum, or its words do not travel;
    /// null if both do.
    /// </summary>
    public static string? Fault(AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ulong prime = parameters.Primes.Max();
        int summands = SummandsOf(parameters);
        if ((BigInteger)summands * (prime - 1) > long.MaxValue)
        {
            return $"the sum of {summands} residues modulo {prime} reaches "
                + $"2^{LogNorm(1, summands, prime):F1}; a word of an unreduced sum has "
                + $"{AggregationParameters.SummedWordBits} bits: at most {long.MaxValue / (prime - 1)} clients fit";
        }

        try
        {
            Require(parameters);
            return null;
        }
        catch (PlanningException fault)
        {
            return $"{fault.Message}; {fault.Hint}";
        }
    }

    /// <summary>Refuses parameters whose largest sum the digest does not bind.</summary>
    /// <exception cref="PlanningException">The sum's words do not fit 63 bits, or its norm exceeds the
    /// bound.</exception>
    public static void Require(AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        long residues = checked(parameters.ChunkCount * parameters.Primes.Length * parameters.RingDegree);
        Require(residues, SummandsOf(parameters), parameters.Primes.Max());
    }

    // Under a joint key partial decryptions are summed as well, those of t holders.
    private static int SummandsOf(AggregationParameters parameters) =>
        Math.Max(parameters.MaxClients, parameters.JointKey?.Threshold ?? 0);

    internal static void Require(long residues, int clients, ulong prime)
    {
        RequireWords(clients, prime);
        BigInteger largest = (BigInteger)clients * (prime - 1);
        if (residues * largest * largest > BigInteger.One << (2 * LogNormLimit))
        {
            throw new PlanningException(
                "digest rule",
                $"{residues} residues modulo {prime} of {clients} clients have norm "
                + $"2^{LogNorm(residues, clients, prime):F1}",
                $"the linear digest binds sums up to 2^{LogNormLimit}: fewer clients or a shorter vector fit");
        }
    }

    internal static void RequireWords(int clients, ulong prime)
    {
        if ((BigInteger)clients * (prime - 1) > ulong.MaxValue)
        {
            throw new PlanningException(
                "digest rule",
                $"the sum of {clients} residues modulo {prime} reaches 2^{LogNorm(1, clients, prime):F1}",
                $"an unreduced sum has 64 bits: at most {ulong.MaxValue / (prime - 1)} clients fit");
        }
    }
}
