using SecureFL.Seal.Encoders;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Keys;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Testing;

namespace SecureFL.Seal.Tests;

public sealed class EncryptionTests
{
    private const int Clients = 100;

    public static TheoryData<int, int[]> Sets() => new()
    {
        { 8192, [60, 40, 40] },
        { 4096, [40, 20, 40] },
        { 4096, [36, 36, 37] },
        { 4096, [60] },
        { 1024, [27] },
        { 32768, [60, 50, 60] },
    };

    /// <summary>
    /// Deviation 21.3 at N = 8192: (1 + 2N/3)/12 of rounding by the special prime; without one 10.5 (1 + 4N/3) of the
    /// errors themselves.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void Noise_of_public_key_encryption_is_what_theory_gives(int degree, int[] bits)
    {
        using Fixture f = new(degree, bits, 1);
        using Encryptor encryptor = f.Encryptor();
        MessagePolynomial zero = new(f.Parameters);
        double variance = f.Parameters.HasSpecialPrime ? (1 + (degree * 2 / 3.0)) / 12
            : 10.5 * (1 + (degree * 4 / 3.0));
        AssertNoise(f.Noise(encryptor.Encrypt(zero)), Math.Sqrt(variance));
        Ciphertext viaPlaintext = new(f.Parameters);
        encryptor.Encrypt(zero.ToPlaintext(), viaPlaintext);
        AssertNoise(f.Noise(viaPlaintext), Math.Sqrt(variance));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Noise_of_symmetric_encryption_is_the_error(int degree, int[] bits)
    {
        using Fixture f = new(degree, bits, 2);
        using SymmetricEncryptor encryptor = new(f.SecretKey, f.Entropy);
        long[] noise = f.Noise(encryptor.Encrypt(new MessagePolynomial(f.Parameters).ToPlaintext()));
        Assert.All(noise, e => Assert.InRange(e, -21, 21));
        AssertNoise(noise, Math.Sqrt(10.5));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Keys_are_ternary(int degree, int[] bits)
    {
        using Fixture f = new(degree, bits, 3);
        int[] counts = new int[3];
        for (int i = 0; i < f.Parameters.Moduli.Length; i++)
        {
            ulong[] s = f.SecretKey.Words.Slice(i * degree, degree).ToArray();
            f.Parameters.Transforms[i].SwapOrder(s);
            f.Parameters.Transforms[i].Inverse(s);
            foreach (ulong coefficient in s)
            {
                counts[f.Parameters.Moduli[i].Centre(coefficient) + 1]++;
            }
        }

        // Thirds of K N draws: 7 deviations of a binomial count, 3e-12 for each of them.
        double expected = counts.Sum() / 3.0;
        double slack = 7 * f.Parameters.Moduli.Length * Math.Sqrt(degree * 2 / 9.0);
        Assert.All(counts, count => Assert.InRange(count, expected - slack, expected + slack));
    }

    /// <summary>
    /// Relative to each slot's own sum. In a slot the noise of one client has deviation 21.3 sqrt(N/2) = 1365 times
    /// |s(zeta^j)| over its root mean square, which is below 4 in all slots; 100 clients make it 13,650 times that. So
    /// 2^-30 wants a scale of 2^45; at 2^40 SEAL's noise allows 2^-26.
    /// </summary>
    [Theory]
    [InlineData(8192, new[] { 60, 40, 40 }, 45, -30)]
    [InlineData(8192, new[] { 60, 40, 40 }, 40, -26)]
    [InlineData(4096, new[] { 40, 20, 40 }, 45, -30)]
    [InlineData(4096, new[] { 36, 36, 37 }, 45, -30)]
    [InlineData(4096, new[] { 60 }, 50, -30)]
    public void Sums_in_slots_agree(int degree, int[] bits, int logScale, int logTolerance)
    {
        using Fixture f = new(degree, bits, 7);
        using Encryptor encryptor = f.Encryptor();
        CkksEncoder encoder = new(f.Parameters);
        MessagePolynomial message = new(f.Parameters);
        Evaluator evaluator = new(f.Parameters);
        Ciphertext sum = new(f.Parameters) { Scale = Math.ScaleB(1, logScale) };
        Ciphertext one = new(f.Parameters);
        double[] expected = new double[degree / 2];
        Random random = new(8);
        for (int client = 0; client < Clients; client++)
        {
            double[] values = [.. expected.Select(_ => 1 + random.NextDouble())];
            encoder.Encode(values, Math.ScaleB(1, logScale), message);
            encryptor.Encrypt(message, one);
            evaluator.AddInPlace(sum, one);
            expected = [.. expected.Zip(values, (a, b) => a + b)];
        }

        double[] sums = new double[degree / 2];
        encoder.Decode(new Decryptor(f.SecretKey).Decrypt(sum), sums);
        Assert.All(expected.Zip(sums),
            pair => Assert.InRange((pair.Second / pair.First) - 1, -Math.ScaleB(1, logTolerance),
                Math.ScaleB(1, logTolerance)));
    }

    [Fact]
    public void Encryptions_of_one_message_differ()
    {
        using Fixture f = new(1024, [27], 9);
        using Encryptor encryptor = f.Encryptor();
        MessagePolynomial zero = new(f.Parameters);
        Assert.NotEqual(encryptor.Encrypt(zero).Words.ToArray(), encryptor.Encrypt(zero).Words.ToArray());
        using SymmetricEncryptor symmetric = new(f.SecretKey, f.Entropy);
        Assert.NotEqual(symmetric.Encrypt(zero.ToPlaintext()).Words.ToArray(),
            symmetric.Encrypt(zero.ToPlaintext()).Words.ToArray());
    }

    [Fact]
    public void Mixing_sets_levels_or_scales_is_refused()
    {
        using Fixture f = new(1024, [27], 10);
        using Fixture other = new(2048, [27, 27], 11);
        Evaluator evaluator = new(f.Parameters);
        Ciphertext a = new(f.Parameters);
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => evaluator.AddInPlace(a, new Ciphertext(other.Parameters)));
        Assert.Contains(f.Parameters.KeyId.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains(other.Parameters.KeyId.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => evaluator.AddInPlace(a, new Ciphertext(f.Parameters) { Scale = 2 }));
        Assert.Throws<ArgumentException>(
            () => new Evaluator(other.Parameters).AddInPlace(new Ciphertext(other.Parameters),
                new Ciphertext(other.Parameters, 2)));
        Assert.Throws<ArgumentException>(() => new Decryptor(f.SecretKey).Decrypt(new Ciphertext(other.Parameters)));
        using Encryptor encryptor = f.Encryptor();
        Assert.Throws<ArgumentException>(() => encryptor.Encrypt(new MessagePolynomial(other.Parameters)));
        Assert.Throws<ArgumentException>(() => PublicKey.Create(f.Parameters, new ulong[1024], new ulong[1023]));
        Assert.Throws<ArgumentException>(
            () => PublicKey.Create(f.Parameters, new ulong[1024],
                [.. Enumerable.Repeat(f.Parameters.Moduli[0].Value, 1024)]));
    }

    [Fact]
    public void An_erased_key_decrypts_nothing()
    {
        using Fixture f = new(1024, [27], 12);
        Decryptor decryptor = new(f.SecretKey);
        f.SecretKey.Dispose();
        Assert.Throws<ObjectDisposedException>(() => decryptor.Decrypt(new Ciphertext(f.Parameters)));
        Assert.Equal("SecretKey", f.SecretKey.ToString());
    }

    /// <summary>
    /// At most 8 deviations anywhere (32768 draws: 4e-11), and the bound is not idle: the sample deviation is within 10
    /// % (over 10 of its own deviations from N = 4096 on).
    /// </summary>
    private static void AssertNoise(long[] noise, double deviation)
    {
        Assert.All(noise, e => Assert.InRange(e, -8 * deviation, 8 * deviation));
        double measured = Math.Sqrt(noise.Average(e => (double)e * e));
        double slack = noise.Length < 4096 ? 0.2 : 0.1;
        Assert.InRange(measured, (1 - slack) * deviation, (1 + slack) * deviation);
    }

    private sealed class Fixture : IDisposable
    {
        internal Fixture(int degree, int[] bits, int seed)
        {
            Parameters = SealParameters.Create(degree, bits);
            Entropy = new TestEntropy(seed);
            KeyGenerator generator = new(Parameters, Entropy);
            SecretKey = generator.CreateSecretKey();
            PublicKey = generator.CreatePublicKey(SecretKey);
        }

        internal SealParameters Parameters { get; }

        internal TestEntropy Entropy { get; }

        internal SecretKey SecretKey { get; }

        internal PublicKey PublicKey { get; }

        public void Dispose()
        {
            SecretKey.Dispose();
            Entropy.Dispose();
        }

        internal Encryptor Encryptor() => new(PublicKey, Entropy);

        /// <summary>The centred coefficients of a decrypted zero, which fit the first prime.</summary>
        internal long[] Noise(Ciphertext ciphertext)
        {
            MixedRadix digits = new(Parameters);
            digits.Load(new Decryptor(SecretKey).Decrypt(ciphertext));
            for (int j = 1; j < ciphertext.Primes; j++)
            {
                Assert.All(digits.Digits(j).ToArray(), digit => Assert.Equal(0, digit));
            }

            return digits.Digits(0).ToArray();
        }
    }
}
