using System.Collections.Immutable;
using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Packing;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Tests;

/// <summary>
/// Sets that stretch the kernels differently: planned ones of every ring, and hand-made ones with mixed radices, a
/// large scale, tiny or 50-bit primes.
/// </summary>
internal static class ParameterSets
{
    internal static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)(3 * i))];

    internal static readonly ImmutableArray<string> Names =
        ["tiny", "small", "wide", "narrow", "deep", "alone", "mixed", "scaled", "many primes", "sixty"];

    internal static VectorWidth[] Widths => [.. Enum.GetValues<VectorWidth>().Where(VectorWidths.IsSupported)];

    internal static AggregationParameters Get(string name) => name switch
    {
        "tiny" => Plan(900, 4, 1),
        "small" => Plan(6000, 8, 10),
        "wide" => Plan(10_000_000, 16, 100),
        "narrow" => Plan(10_000_000, 8, 10),
        "deep" => Plan(100_000, 24, 3),
        "alone" => Plan(70_000, 16, 1),
        "mixed" => Mixed(4096, 9, [2541, 999_999, 2541], 3000),
        "scaled" => Mixed(4096, 40, [2541, 2541, 2541, 2541], 40_000),
        "many primes" => Mixed(8192, 9, [2541, 2541, (1L << 40) + 1, 99_999, 2543, (1L << 46) - 1], 100_000),
        "sixty" => Sixty(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "unknown set"),
    };

    internal static AggregationParameters Plan(long length, int bits, int clients, float clip = 1f, int integers = 0) =>
        AggregationPlanner.Plan(new PlanningRequest(length, bits, clip, clients, integers, KeyHolders: 3));

    /// <summary>
    /// Ten clients, eight bits, lanes of any radices from 2541 on; as few primes of at most 50 bits as hold them.
    /// </summary>
    internal static AggregationParameters Mixed(int degree, int logScale, ImmutableArray<long> radices, long length,
        int integers = 7)
    {
        LaneLayout layout = new(radices);
        int bits = (int)((layout.Range + 1) << logScale).GetBitLength() + 1;
        int count = (bits + 49) / 50;
        int size = (bits + count - 1) / count;
        CkksParameters ckks = new(degree, [.. Primality.LargestPrimes(size, degree, count).Select(p => p.Value)],
            logScale, ErrorDistribution.CenteredBinomial);
        return new AggregationParameters(ckks, layout, length - integers, integers, 8, 1f, 10);
    }

    /// <summary>A prime of 60 bits, beyond the double-precision kernels.</summary>
    private static AggregationParameters Sixty()
    {
        CkksParameters ckks = new(4096, [Primality.LargestPrimes(60, 4096, 1)[0].Value], 9,
            ErrorDistribution.CenteredBinomial);
        return new AggregationParameters(ckks, LaneLayout.Uniform(4, 2541), 9_995, 5, 8, 1f, 10);
    }

    internal static BigInteger NextBelow(this Random random, BigInteger bound)
    {
        byte[] bytes = new byte[bound.GetByteCount() + 9];
        random.NextBytes(bytes);
        return new BigInteger(bytes, isUnsigned: true) % bound;
    }
}
