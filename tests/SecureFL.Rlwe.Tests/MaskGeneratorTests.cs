using System.Numerics;
using System.Runtime.CompilerServices;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.OneTimeKey;
using SecureFL.Rlwe.Parameters;
using SecureFL.Testing;

namespace SecureFL.Rlwe.Tests;

[Collection(Alone.Name)]
public sealed class MaskGeneratorTests
{
    private const int Degree = 1024;

    private static readonly byte[] Seed = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];

    /// <summary>
    /// N = 1024 carries one prime of up to 28 bits, with Gaussian errors: enough for a schoolbook product in seconds.
    /// </summary>
    private static readonly CkksParameters Parameters =
        new(Degree, [Primality.LargestPrimes(27, Degree, 1)[0].Value], 12, ErrorDistribution.DiscreteGaussian);

    [Theory]
    [InlineData(0U, 0UL)]
    [InlineData(2U, 77UL)]
    public void Equals_the_schoolbook_product_plus_the_errors(uint vector, ulong chunk)
    {
        int[] secret = SecretCoefficients(1);
        using KeyPolynomial key = new(Parameters, secret);
        using TestEntropy entropy = new(4);
        using MaskGenerator masks = MaskGenerator.ForEncryption(key, Seed, entropy);
        ulong[] mask = new ulong[masks.MaskWords];
        masks.Generate(vector, chunk, mask);

        // The errors come first from the stream that the entropy keyed.
        using TestEntropy sameEntropy = new(4);
        using Keystream errorStream = Keystream.Create(sameEntropy);
        using DiscreteGaussianSampler sampler = new(Degree);
        int[] errors = new int[Degree];
        sampler.Fill(errorStream, errors);

        Assert.Equal(Schoolbook(PublicCoefficients(vector, chunk), secret, errors), mask);
    }

    [Fact]
    public void Opening_masks_have_no_errors()
    {
        int[] sum = [.. SecretCoefficients(2).Select(s => s * 13_000)];
        using KeyPolynomial key = new(Parameters, sum);
        using MaskGenerator masks = MaskGenerator.ForOpening(key, Seed);
        ulong[] mask = new ulong[masks.MaskWords];
        masks.Generate(0, 5, mask);
        Assert.Equal(Schoolbook(PublicCoefficients(0, 5), sum, new int[Degree]), mask);
    }

    [Fact]
    public void Every_prime_sees_the_same_errors()
    {
        CkksParameters parameters = new(4096, [.. Primality.LargestPrimes(48, 4096, 2).Select(p => p.Value)], 12,
            ErrorDistribution.CenteredBinomial);
        using KeyPolynomial zero = new(parameters, new int[4096]);
        using TestEntropy entropy = new(4);
        using MaskGenerator masks = MaskGenerator.ForEncryption(zero, Seed, entropy);
        ulong[] mask = new ulong[masks.MaskWords];
        masks.Generate(0, 0, mask);
        for (int i = 0; i < 4096; i++)
        {
            long error = parameters.Moduli[0].Centre(mask[i]);
            Assert.InRange(error, -21, 21);
            Assert.Equal(error, parameters.Moduli[1].Centre(mask[4096 + i]));
        }

        ulong[] next = new ulong[masks.MaskWords];
        masks.Generate(0, 1, next);
        Assert.NotEqual(mask, next);
    }

    [Fact]
    public void Keys_are_checked_without_naming_them()
    {
        int[] coefficients = new int[Degree];
        foreach (int legal in new[] { (1 << 23) - 1, -(1 << 23) + 1 })
        {
            coefficients[Degree - 1] = legal;
            new KeyPolynomial(Parameters, coefficients).Dispose();
        }

        foreach (int illegal in new[] { 1 << 23, -(1 << 23), (1 << 23) + 1, int.MaxValue, int.MinValue })
        {
            coefficients[Degree - 1] = illegal;
            ArgumentException refusal = Assert.Throws<ArgumentException>(
                () => new KeyPolynomial(Parameters, coefficients));
            Assert.DoesNotContain($"{illegal}", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => new KeyPolynomial(Parameters, new int[Degree - 1]));
        Assert.Throws<ArgumentException>(() => new KeyPolynomial(Parameters, new int[2 * Degree]));
    }

    [Fact]
    public void Disposal_erases_key_errors_and_more()
    {
        KeyPolynomial key = new(Parameters, SecretCoefficients(1));
        Span<ulong> prepared = Prepared(key).Span;
        using TestEntropy entropy = new(4);
        MaskGenerator masks = MaskGenerator.ForEncryption(key, Seed, entropy);
        ulong[] mask = new ulong[masks.MaskWords];
        masks.Generate(0, 0, mask);
        Span<int> errors = Errors(masks).Span;
        Assert.True(prepared.IndexOfAnyExcept(0UL) >= 0);
        Assert.True(errors.IndexOfAnyExcept(0) >= 0);
        masks.Dispose();
        key.Dispose();
        Assert.True(prepared.IndexOfAnyExcept(0UL) < 0);
        Assert.True(errors.IndexOfAnyExcept(0) < 0);
        Assert.Throws<ObjectDisposedException>(() => masks.Generate(0, 1, mask));
        using MaskGenerator orphan = MaskGenerator.ForOpening(key, Seed);
        Assert.Throws<ObjectDisposedException>(() => orphan.Generate(0, 1, mask));
    }

    [Fact]
    public void Nothing_secret_is_printed()
    {
        using KeyPolynomial key = new(Parameters, SecretCoefficients(1));
        using MaskGenerator masks = MaskGenerator.ForOpening(key, Seed);
        Assert.Equal("KeyPolynomial", key.ToString());
        Assert.Equal(typeof(MaskGenerator).FullName, masks.ToString());
    }

    [Fact]
    public void Masks_are_generated_without_allocating()
    {
        Assert.SkipUnless(System.Runtime.Intrinsics.X86.Aes.IsSupported, "the framework's AES may allocate");
        using KeyPolynomial key = new(Parameters, SecretCoefficients(1));
        using TestEntropy entropy = new(4);
        using MaskGenerator masks = MaskGenerator.ForEncryption(key, Seed, entropy);
        ulong[] mask = new ulong[masks.MaskWords];
        masks.Generate(0, 0, mask);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong chunk = 1; chunk < 20; chunk++)
        {
            masks.Generate(0, chunk, mask);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static int[] SecretCoefficients(int seed)
    {
        using Keystream stream = new(TestEntropy.Key(seed));
        using DiscreteGaussianSampler sampler = new(Degree);
        int[] secret = new int[Degree];
        sampler.Fill(stream, secret);
        secret[0] = 80;
        secret[1] = -80;
        return secret;
    }

    /// <summary>
    /// The coefficients of the public polynomial from its values at the documented points, by the inverse formula
    /// a_k = N^-1 sum_j a(x_j) x_j^-k, x_j = psi^(2 bitrev(64g + 8r + c) + 1) at position j = 64g + 8c + r.
    /// </summary>
    private static BigInteger[] PublicCoefficients(uint vector, ulong chunk)
    {
        Modulus p = Parameters.Moduli[0];
        using PublicPolynomialExpander expander = new(Parameters, Seed);
        ulong[] values = new ulong[Degree];
        expander.Expand(vector, chunk, 0, values);
        ulong psi = p.MinimalPrimitiveRoot(Degree);
        ulong[] sums = new ulong[Degree];
        for (int position = 0; position < Degree; position++)
        {
            int natural = (position / 64 * 64) + (position % 8 * 8) + (position / 8 % 8);
            int reversed = 0;
            for (int bit = 0; bit < 10; bit++)
            {
                reversed |= ((natural >> bit) & 1) << (9 - bit);
            }

            ulong inversePoint = p.Inverse(p.Power(psi, (ulong)((2 * reversed) + 1)));
            ulong term = values[position];
            for (int k = 0; k < Degree; k++)
            {
                sums[k] = p.Add(sums[k], term);
                term = p.Multiply(term, inversePoint);
            }
        }

        ulong scale = p.Inverse(Degree);
        return [.. sums.Select(s => (BigInteger)p.Multiply(s, scale))];
    }

    /// <summary>a * s + e modulo X^N + 1 over the integers, then modulo p.</summary>
    private static ulong[] Schoolbook(BigInteger[] a, int[] s, int[] e)
    {
        BigInteger[] result = [.. e.Select(x => (BigInteger)x)];
        for (int i = 0; i < Degree; i++)
        {
            for (int j = 0; j < Degree; j++)
            {
                BigInteger product = a[i] * s[j];
                int k = (i + j) % Degree;
                result[k] += i + j < Degree ? product : -product;
            }
        }

        return [.. result.Select(Parameters.Moduli[0].Reduce)];
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_prepared")]
    private static extern ref SecretBuffer<ulong> Prepared(KeyPolynomial key);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_errors")]
    private static extern ref SecretBuffer<int> Errors(MaskGenerator masks);
}
