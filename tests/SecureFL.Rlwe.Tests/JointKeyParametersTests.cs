using System.Collections.Immutable;
using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Rlwe.Tests;

/// <summary>The noise formulas of the joint-key suite, and its rules.</summary>
public sealed class JointKeyParametersTests
{
    /// <summary>
    /// sigma_ct = sigma_e sqrt(1 + 4 H N / 3) sqrt(n); sigma_sm = 2^lambda sigma_ct sqrt(M) / 2; log2 Delta = ceil(1 +
    /// log2(16 sigma_ct + 16 sigma_sm sqrt t)).
    /// </summary>
    [Theory]
    [InlineData(16384, 100, 5, 3, 43, 671744000, 76)]
    [InlineData(16384, 10, 5, 3, 43, 327680000, 74)]
    [InlineData(16384, 100, 5, 3, 64, 720896000, 97)]
    [InlineData(8192, 2, 2, 2, 40, 8192, 0)]
    [InlineData(4096, 65536, 64, 64, 64, 1L << 50, 0)]
    public void Noise_follows_the_formulas(int degree, int clients, int holders, int threshold, int smudging,
        long coefficients, int logScale)
    {
        JointKeyParameters p = new(degree, clients, holders, threshold, smudging, coefficients);
        double ciphertext = Math.Sqrt(10.5) * Math.Sqrt(1 + (4.0 / 3 * holders * degree)) * Math.Sqrt(clients);
        double smudge = Math.ScaleB(ciphertext * Math.Sqrt(coefficients), smudging - 1);
        Assert.Equal(ciphertext, p.CiphertextDeviation, ciphertext * 1e-12);
        Assert.Equal(smudge, p.SmudgingDeviation, smudge * 1e-12);
        double needed = 1 + Math.Log2((16 * ciphertext) + (16 * smudge * Math.Sqrt(threshold)));
        Assert.InRange(p.MinLogScale, needed, needed + 1);
        Assert.True(logScale == 0 || logScale == p.MinLogScale);
        Assert.InRange(p.NoiseBound, Math.ScaleB(1, p.MinLogScale - 2), Math.ScaleB(1, p.MinLogScale - 1));
        Assert.InRange(p.OpeningDeviation, smudge * Math.Sqrt(threshold), p.NoiseBound / 15);
    }

    [Theory]
    [InlineData(1000, 10, 5, 3, 43, 1L << 30, "ring rule")]
    [InlineData(16384, 0, 5, 3, 43, 1L << 30, "clients rule")]
    [InlineData(16384, 10, 1, 1, 43, 1L << 30, "key holder rule")]
    [InlineData(16384, 10, 65, 3, 43, 1L << 30, "key holder rule")]
    [InlineData(16384, 10, 5, 1, 43, 1L << 30, "threshold rule")]
    [InlineData(16384, 10, 5, 6, 43, 1L << 30, "threshold rule")]
    [InlineData(16384, 10, 5, 3, 39, 1L << 30, "smudging rule")]
    [InlineData(16384, 10, 5, 3, 65, 1L << 30, "smudging rule")]
    [InlineData(16384, 10, 5, 3, 43, 16383, "key life rule")]
    [InlineData(16384, 10, 5, 3, 43, (1L << 50) + 1, "key life rule")]
    public void A_broken_rule_is_named(
        int degree, int clients, int holders, int threshold, int smudging, long coefficients, string rule) =>
        Assert.Contains(
            rule,
            Assert.Throws<ArgumentException>(
                () => new JointKeyParameters(degree, clients, holders, threshold, smudging, coefficients)).Message,
            StringComparison.Ordinal);

    /// <summary>
    /// "Security Guidelines for Implementing Homomorphic Encryption" (ePrint 2024/463), ternary secrets, classical, 128
    /// bits.
    /// </summary>
    [Theory]
    [InlineData(1024, 26)]
    [InlineData(2048, 53)]
    [InlineData(4096, 106)]
    [InlineData(8192, 214)]
    [InlineData(16384, 430)]
    [InlineData(32768, 868)]
    [InlineData(512, 0)]
    public void Ternary_secrets_have_their_own_row(int degree, int bits)
    {
        Assert.Equal(bits,
            SecurityTable.MaxLogModulus(degree, ErrorDistribution.CenteredBinomial, SecretDistribution.Ternary));
        Assert.Equal(
            SecurityTable.MaxLogModulus(degree, ErrorDistribution.CenteredBinomial),
            SecurityTable.MaxLogModulus(degree, ErrorDistribution.CenteredBinomial,
                SecretDistribution.DiscreteGaussian));
    }

    [Fact]
    public void A_set_beyond_the_ternary_row_is_refused()
    {
        _ = Ternary(43, 10);
        Assert.Contains("security rule", Assert.Throws<ArgumentException>(() => Ternary(48, 9)).Message,
            StringComparison.Ordinal);

        static CkksParameters Ternary(int bits, int count) => new(
            16384, [.. Primality.LargestPrimes(bits, 16384, Math.Min(count, 9)).Select(p => p.Value)], 76,
            ErrorDistribution.CenteredBinomial, SecretDistribution.Ternary);
    }

    [Fact]
    public void A_large_scale_is_for_ternary_secrets_only_and_the_secret_is_part_of_the_digest()
    {
        ImmutableArray<ulong> primes = [.. Primality.LargestPrimes(48, 8192, 4).Select(p => p.Value)];
        Assert.Contains(
            "scale rule",
            Assert.Throws<ArgumentException>(
                () => new CkksParameters(8192, primes, 41, ErrorDistribution.CenteredBinomial)).Message,
            StringComparison.Ordinal);
        CkksParameters gaussian = new(8192, primes, 40, ErrorDistribution.CenteredBinomial);
        CkksParameters ternary = new(8192, primes, 40, ErrorDistribution.CenteredBinomial, SecretDistribution.Ternary);
        Assert.NotEqual(gaussian, ternary);
        Assert.Contains(
            "scale rule",
            Assert.Throws<ArgumentException>(
                () => new CkksParameters(8192, primes, 121, ErrorDistribution.CenteredBinomial,
                    SecretDistribution.Ternary)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>The exact integer condition: one bit less of scale would not hold twice the tail.</summary>
    [Fact]
    public void The_scale_is_the_smallest_that_holds()
    {
        Random random = new(3);
        for (int i = 0; i < 300; i++)
        {
            int holders = random.Next(2, 65);
            int threshold = random.Next(2, holders + 1);
            JointKeyParameters p = new(16384, random.Next(1, 65537), holders, threshold, random.Next(40, 65),
                random.NextInt64(16384, 1L << 50));
            BigInteger variance = 7 * (3 + (4 * (BigInteger)holders * 16384)) * p.MaxClients;
            // 16 sigma_ct and 16 sigma_sm sqrt(t) in units of 2^-64, rounded down.
            BigInteger sum = Root((variance * 128) << 128)
                + Root((variance * 32 * threshold * p.MaxCoefficientsPerKey) << (128 + (2 * p.Smudging)));
            Assert.True(sum <= BigInteger.One << (p.MinLogScale - 1 + 64));
            Assert.True(sum + 2 > BigInteger.One << (p.MinLogScale - 2 + 64));
        }

        static BigInteger Root(BigInteger square)
        {
            BigInteger root = BigInteger.One << (int)((square.GetBitLength() + 1) / 2);
            for (BigInteger next = (root + (square / root)) / 2; next < root; next = (root + (square / root)) / 2)
            {
                root = next;
            }

            return root;
        }
    }
}
