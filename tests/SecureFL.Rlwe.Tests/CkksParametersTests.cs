using System.Collections.Immutable;
using SecureFL.Ring.Arithmetic;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Rlwe.Tests;

public sealed class CkksParametersTests
{
    private static readonly ImmutableArray<ulong> FourPrimes = Primes(8192, 48, 4);

    [Fact]
    public void A_valid_set_is_taken_as_it_is()
    {
        CkksParameters parameters = new(8192, FourPrimes, 12, ErrorDistribution.CenteredBinomial);
        Assert.Equal(8192, parameters.RingDegree);
        Assert.Equal(FourPrimes, parameters.Moduli.Select(p => p.Value));
        Assert.Equal(12, parameters.LogScale);
        Assert.Equal(192, parameters.CoefficientBits);
        Assert.Equal("N=8192 q=48+48+48+48 bits scale=2^12 CenteredBinomial", parameters.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(1000)]
    [InlineData(-8192)]
    [InlineData(65536)]
    public void Degrees_outside_the_table_break_the_security_rule(int degree) =>
        AssertRefused("security rule",
            () => new CkksParameters(degree, FourPrimes, 12, ErrorDistribution.DiscreteGaussian));

    [Theory]
    [InlineData(1024)]
    [InlineData(2048)]
    [InlineData(16384)]
    [InlineData(32768)]
    public void Binomial_errors_outside_their_rings_break_the_security_rule(int degree) =>
        AssertRefused("security rule",
            () => new CkksParameters(degree, Primes(degree, 22, 1), 12, ErrorDistribution.CenteredBinomial));

    [Fact]
    public void An_unknown_error_distribution_breaks_the_security_rule() =>
        AssertRefused("security rule", () => new CkksParameters(8192, FourPrimes, 12, (ErrorDistribution)7));

    [Fact]
    public void Count_and_shape_of_primes_are_rules()
    {
        AssertRefused("prime rule", () => new CkksParameters(8192, default, 12, ErrorDistribution.CenteredBinomial));
        AssertRefused("prime rule", () => new CkksParameters(8192, [], 12, ErrorDistribution.CenteredBinomial));
        AssertRefused("prime rule",
            () => new CkksParameters(8192, Primes(8192, 24, 10), 12, ErrorDistribution.DiscreteGaussian));
        AssertRefused("prime rule",
            () => new CkksParameters(8192, [FourPrimes[0] + 2], 12, ErrorDistribution.CenteredBinomial));
        AssertRefused("prime rule", () => new CkksParameters(8192, [12289], 12, ErrorDistribution.CenteredBinomial));
        AssertRefused("prime rule",
            () => new CkksParameters(8192, [(1UL << 60) + 1], 12, ErrorDistribution.CenteredBinomial));
        AssertRefused("prime rule", () => new CkksParameters(8192, [1], 12, ErrorDistribution.CenteredBinomial));
    }

    [Fact]
    public void Composites_and_repeated_primes_are_named()
    {
        // 1 modulo 2N, of the right size, and not prime.
        ulong composite = FourPrimes[0];
        while (Primality.IsPrime(composite))
        {
            composite -= 16384;
        }

        AssertRefused("odd prime", () => new CkksParameters(8192, [composite], 12, ErrorDistribution.CenteredBinomial));
        AssertRefused("different primes",
            () => new CkksParameters(8192, [FourPrimes[0], FourPrimes[0]], 12, ErrorDistribution.CenteredBinomial));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(41)]
    [InlineData(-1)]
    public void Scales_outside_their_range_break_the_scale_rule(int logScale) =>
        AssertRefused("scale rule",
            () => new CkksParameters(8192, FourPrimes, logScale, ErrorDistribution.CenteredBinomial));

    /// <summary>At each entry of the table: a modulus of that many bits is accepted, one bit more is refused.</summary>
    [Theory]
    [InlineData(1024, ErrorDistribution.DiscreteGaussian, 28)]
    [InlineData(2048, ErrorDistribution.DiscreteGaussian, 55)]
    [InlineData(4096, ErrorDistribution.DiscreteGaussian, 108)]
    [InlineData(8192, ErrorDistribution.DiscreteGaussian, 216)]
    [InlineData(16384, ErrorDistribution.DiscreteGaussian, 432)]
    [InlineData(4096, ErrorDistribution.CenteredBinomial, 100)]
    [InlineData(8192, ErrorDistribution.CenteredBinomial, 200)]
    public void The_modulus_is_limited_by_the_table(int degree, ErrorDistribution error, int limit)
    {
        Assert.Equal(limit, SecurityTable.MaxLogModulus(degree, error));
        CkksParameters largest = new(degree, PrimesOfProduct(degree, limit), 10, error);
        Assert.Equal(limit, (int)largest.Basis.Product.GetBitLength());
        AssertRefused($"exceeds {limit}",
            () => new CkksParameters(degree, PrimesOfProduct(degree, limit + 1), 10, error));
    }

    /// <summary>
    /// ePrint 2024/463 at 128 bits, classical, discrete Gaussian secrets; narrowed for binomial errors where the key
    /// sum is published.
    /// </summary>
    [Fact]
    public void The_table_is_the_published_one()
    {
        int[] degrees = [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];
        Assert.Equal([0, 28, 55, 108, 216, 432, 870, 0], degrees.Select(SecurityTable.MaxLogModulus));
        Assert.Equal([0, 28, 55, 108, 216, 432, 870, 0],
            degrees.Select(n => SecurityTable.MaxLogModulus(n, ErrorDistribution.DiscreteGaussian)));
        Assert.Equal([0, 0, 0, 100, 200, 0, 0, 0],
            degrees.Select(n => SecurityTable.MaxLogModulus(n, ErrorDistribution.CenteredBinomial)));
        Assert.Equal(128, SecurityTable.SecurityBits);
    }

    [Fact]
    public void The_digest_tells_sets_apart()
    {
        CkksParameters set = new(8192, FourPrimes, 12, ErrorDistribution.CenteredBinomial);
        Assert.Equal(32, set.Digest.Length);
        CkksParameters same = new(8192, FourPrimes, 12, ErrorDistribution.CenteredBinomial);
        Assert.True(set.Digest.SequenceEqual(same.Digest));
        Assert.Equal(set, same);
        Assert.Equal(set.GetHashCode(), same.GetHashCode());
        CkksParameters[] others =
        [
            new(8192, FourPrimes, 13, ErrorDistribution.CenteredBinomial),
            new(8192, FourPrimes, 12, ErrorDistribution.DiscreteGaussian),
            new(8192, FourPrimes[..3], 12, ErrorDistribution.CenteredBinomial),
            new(8192, [FourPrimes[1], FourPrimes[0], .. FourPrimes[2..]], 12, ErrorDistribution.CenteredBinomial),
            new(8192, [.. FourPrimes[..3], Primes(8192, 47, 1)[0]], 12, ErrorDistribution.CenteredBinomial),
            new(4096, Primes(8192, 48, 2), 12, ErrorDistribution.CenteredBinomial),
        ];
        Assert.Equal(others.Length + 1,
            others.Append(set).Select(p => Convert.ToHexString(p.Digest)).Distinct().Count());
        Assert.All(others, other => Assert.NotEqual(set, other));
    }

    /// <summary>The digest is part of every message, so its value is pinned.</summary>
    [Fact]
    public void The_digest_is_pinned() => Assert.Equal(
        "588973985A00C20634DB39AC6649458EA6B1C3173722A75E6BCD2FECD7AF1E91",
        Convert.ToHexString(new CkksParameters(8192, FourPrimes, 12, ErrorDistribution.CenteredBinomial).Digest));

    private static void AssertRefused(string rule, Action create) =>
        Assert.Contains(rule, Assert.ThrowsAny<ArgumentException>(create).Message, StringComparison.Ordinal);

    private static ImmutableArray<ulong> Primes(int degree, int bits, int count) =>
        [.. Primality.LargestPrimes(bits, degree, count).Select(p => p.Value)];

    /// <summary>
    /// At most eight primes whose product has exactly this many bits: the largest of each size fill their sizes nearly
    /// whole.
    /// </summary>
    private static ImmutableArray<ulong> PrimesOfProduct(int degree, int bits)
    {
        int count = (bits + 59) / 60;
        int size = bits / count;
        int larger = bits % count;
        ImmutableArray<ulong> small = count > larger ? Primes(degree, size, count - larger) : [];
        return larger == 0 ? small : [.. small, .. Primes(degree, size + 1, larger)];
    }
}
