using System.Collections.Immutable;
using System.Text.Json;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Randomness;
using SecureFL.Seal.Encoders;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Keys;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;

namespace SecureFL.Interop.Tests.Seal;

/// <summary>
/// Both directions with the real SEAL: each decrypts and adds what the other encrypts, and loads the other's keys.
/// </summary>
public sealed class SealExchangeTests
{
    [Fact]
    public void Degree_8192_with_60_and_40_and_40_bits() => Exchange(8192, [60, 40, 40], logScale: 40, tolerance: 1e-7);

    [Fact]
    public void Degree_4096_with_40_and_20_and_40_bits() => Exchange(4096, [40, 20, 40], logScale: 35, tolerance: 1e-5);

    [Fact]
    public void Degree_4096_with_36_and_36_and_37_bits() => Exchange(4096, [36, 36, 37], logScale: 32, tolerance: 1e-4);

    [Fact]
    public void One_prime_of_60_bits() => Exchange(4096, [60], logScale: 45, tolerance: 1e-4);

    /// <summary>
    /// One word in eighteen of a seeded polynomial is refused and drawn again: SEAL's order of doing so is ours, both
    /// ways.
    /// </summary>
    [Fact]
    public void Retries_of_the_seeded_generator()
    {
        const int Degree = 4096;
        ulong prime = ((ulong.MaxValue / 17) + (1UL << 50)) / (2 * Degree) * (2 * Degree) + 1;
        while (ulong.MaxValue / prime != 16 || !Primality.IsPrime(prime))
        {
            prime += 2 * Degree;
        }

        Exchange(Degree, null, logScale: 45, tolerance: 1e-4, [prime]);
    }

    private static void Exchange(int degree, int[]? bitSizes, int logScale, double tolerance,
        ImmutableArray<ulong> primes = default)
    {
        SealParameters parameters = bitSizes is null ? new SealParameters(degree, primes)
            : SealParameters.Create(degree, bitSizes);
        double scale = Math.ScaleB(1.0, logScale);
        double[] x = [.. Enumerable.Range(0, parameters.SlotCount).Select(i => (2.0 * i / parameters.SlotCount) - 1)];
        double[] y = [.. Enumerable.Range(0, parameters.SlotCount).Select(i => 1.0 / (i + 1))];
        double[] both = [.. x.Zip(y, (a, b) => a + b)];
        DirectoryInfo folder = Directory.CreateTempSubdirectory("securefl-seal-");
        try
        {
            using SecretKey secretKey = WriteOurs(folder.FullName, parameters, scale, x, y);
            File.WriteAllText(Path.Combine(folder.FullName, "job.json"),
                JsonSerializer.Serialize(new { degree, bitSizes, scale, x }));
            NodeSeal.Exchange(folder.FullName);
            CheckParameters(folder.FullName, parameters, bitSizes is not null);
            CheckWhatSealReadOfOurs(folder.FullName, x, y, both, tolerance);
            CheckWordForWord(folder.FullName, parameters);
            CheckSealsOwn(folder.FullName, parameters, secretKey, x, tolerance);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static SecretKey WriteOurs(string folder, SealParameters parameters, double scale, double[] x, double[] y)
    {
        KeyGenerator generator = new(parameters, SystemEntropy.Instance);
        SecretKey secretKey = generator.CreateSecretKey();
        PublicKey publicKey = generator.CreatePublicKey(secretKey);
        CkksEncoder encoder = new(parameters);
        MessagePolynomial messageX = new(parameters);
        encoder.Encode(x, scale, messageX);
        Plaintext plainY = encoder.Encode(y, scale);
        using Encryptor encryptor = new(publicKey, SystemEntropy.Instance);
        using SymmetricEncryptor symmetric = new(secretKey, SystemEntropy.Instance);
        Ciphertext ofX = encryptor.Encrypt(messageX);
        Ciphertext ofY = symmetric.Encrypt(plainY);
        Write("our-parms.bin", SealFormat.Save(parameters));
        Write("our-secret.bin", SealFormat.Save(secretKey));
        Write("our-key.bin", SealFormat.Save(publicKey));
        Write("our-key-seeded.bin", SealFormat.Save(publicKey, SealCompression.Zlib, seeded: true));
        Write("our-plain.bin", SealFormat.Save(messageX.ToPlaintext()));
        Write("our-public.bin", SealFormat.Save(ofX));
        Write("our-public-zlib.bin", SealFormat.Save(ofX, SealCompression.Zlib));
        Write("our-seeded.bin", SealFormat.Save(ofY, seeded: true));
        Write("our-symmetric.bin", SealFormat.Save(ofY));
        Write("our-sum.bin", SealFormat.Save(new Evaluator(parameters).Add(ofX, ofY)));
        return secretKey;

        void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(folder, name), bytes);
    }

    private static void CheckParameters(string folder, SealParameters parameters, bool chosenBySeal)
    {
        Assert.Equal(SealFormat.Save(parameters), Read(folder, "seal-parms-again.bin"));
        if (chosenBySeal)
        {
            Assert.Equal(SealFormat.Save(parameters), Read(folder, "seal-parms.bin"));
            Assert.Equal(parameters, SealFormat.LoadParameters(Read(folder, "seal-parms-zlib.bin")));
            Assert.Equal(parameters, SealFormat.LoadParameters(Read(folder, "seal-parms-zstd.bin")));
        }
    }

    private static void CheckWhatSealReadOfOurs(string folder, double[] x, double[] y, double[] both, double tolerance)
    {
        Dictionary<string, double[]> results =
            JsonSerializer.Deserialize<Dictionary<string, double[]>>(Read(folder, "results.json"))!;
        AssertNear(x, results["public"], tolerance);
        AssertNear(x, results["public-zlib"], tolerance);
        AssertNear(y, results["seeded"], tolerance);
        AssertNear(y, results["symmetric"], tolerance);
        AssertNear(both, results["sum"], tolerance);
        AssertNear(x, results["plain"], tolerance);
    }

    private static void CheckWordForWord(string folder, SealParameters parameters)
    {
        // Sums and expansions of seeds have no freedom: every byte is SEAL's.
        Assert.Equal(Read(folder, "our-sum.bin"), Read(folder, "seal-sum.bin"));
        Assert.Equal(Read(folder, "our-symmetric.bin"), Read(folder, "seal-seeded-expanded.bin"));
        Assert.Equal(Read(folder, "our-key.bin"), Read(folder, "seal-key-expanded.bin"));
        Ciphertext a = SealFormat.LoadCiphertext(parameters, Read(folder, "seal-public-zlib.bin"));
        Ciphertext b = SealFormat.LoadCiphertext(parameters, Read(folder, "seal-seeded.bin"));
        Assert.Equal(Read(folder, "seal-public.bin"), SealFormat.Save(a));
        Assert.Equal(Read(folder, "seal-own-seeded-expanded.bin"), SealFormat.Save(b));
        Assert.Equal(Read(folder, "seal-seeded.bin"), SealFormat.Save(b, seeded: true));
        Assert.Equal(Read(folder, "seal-own-sum.bin"), SealFormat.Save(new Evaluator(parameters).Add(a, b)));
        PublicKey key = SealFormat.LoadPublicKey(parameters, Read(folder, "seal-key-seeded.bin"));
        Assert.Equal(Read(folder, "seal-key-seeded.bin"), SealFormat.Save(key, seeded: true));
        Assert.Equal(Read(folder, "seal-public.bin"),
            SealFormat.Save(SealFormat.LoadCiphertext(parameters, Read(folder, "seal-public-zstd.bin"))));
    }

    private static void CheckSealsOwn(string folder, SealParameters parameters, SecretKey ourKey, double[] x,
        double tolerance)
    {
        CkksEncoder encoder = new(parameters);
        using SecretKey theirKey = SealFormat.LoadSecretKey(parameters, Read(folder, "seal-secret.bin"));
        using SecretKey packed = SealFormat.LoadSecretKey(parameters, Read(folder, "seal-secret-zlib.bin"));
        Assert.Equal(Read(folder, "seal-secret.bin"), SealFormat.Save(packed));
        foreach (string name in new[] { "seal-under-our-key.bin", "seal-under-our-key-seeded.bin" })
        {
            AssertNear(x, Decrypt(ourKey, SealFormat.LoadCiphertext(parameters, Read(folder, name))), tolerance);
        }

        AssertNear(x, Decrypt(theirKey, SealFormat.LoadCiphertext(parameters, Read(folder, "seal-public.bin"))),
            tolerance);
        AssertNear(x, Decrypt(theirKey, SealFormat.LoadCiphertext(parameters, Read(folder, "seal-seeded.bin"))),
            tolerance);
        AssertNear([.. x.Select(value => 2 * value)],
            Decrypt(theirKey, SealFormat.LoadCiphertext(parameters, Read(folder, "seal-own-sum.bin"))), tolerance);
        double[] plain = new double[x.Length];
        encoder.Decode(SealFormat.LoadPlaintext(parameters, Read(folder, "seal-plain.bin")), plain);
        AssertNear(x, plain, tolerance);
        foreach (string name in new[] { "seal-key.bin", "seal-key-seeded.bin" })
        {
            using Encryptor encryptor = new(SealFormat.LoadPublicKey(parameters, Read(folder, name)),
                SystemEntropy.Instance);
            MessagePolynomial message = new(parameters);
            encoder.Encode(x, Math.ScaleB(1.0, 35), message);
            AssertNear(x, Decrypt(theirKey, encryptor.Encrypt(message)), Math.Max(tolerance, 1e-4));
        }

        double[] Decrypt(SecretKey key, Ciphertext ciphertext)
        {
            double[] values = new double[x.Length];
            encoder.Decode(new Decryptor(key).Decrypt(ciphertext), values);
            return values;
        }
    }

    private static byte[] Read(string folder, string name) => File.ReadAllBytes(Path.Combine(folder, name));

    private static void AssertNear(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) < tolerance,
                $"slot {i}: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }
}
