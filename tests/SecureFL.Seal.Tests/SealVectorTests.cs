using SecureFL.Seal.Encoders;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;

namespace SecureFL.Seal.Tests;

/// <summary>
/// Objects written by native SEAL 4.1.2, where the development data is at hand: 8192{60,40,40}, scale 2^40, x_i = 0.001
/// i - 2, y_i = 1/(i+1).
/// </summary>
public sealed class SealVectorTests
{
    private static readonly SealParameters Parameters = SealParameters.Create(8192, 60, 40, 40);
    private static readonly double[] X = [.. Enumerable.Range(0, 4096).Select(i => (0.001 * i) - 2)];
    private static readonly double[] Y = [.. Enumerable.Range(0, 4096).Select(i => 1.0 / (i + 1))];

    [Fact]
    public void Parameters_and_their_bytes_are_seals()
    {
        byte[] bytes = Vector("parms.none");
        Assert.Equal(Parameters, SealFormat.LoadParameters(bytes));
        Assert.Equal(bytes, SealFormat.Save(Parameters));
    }

    [Fact]
    public void Every_object_saves_to_the_bytes_it_was_loaded_from()
    {
        Assert.Equal(Vector("ctx.none"), SealFormat.Save(SealFormat.LoadCiphertext(Parameters, Vector("ctx.none"))));
        Assert.Equal(Vector("ctyseeded.none"),
            SealFormat.Save(SealFormat.LoadCiphertext(Parameters, Vector("ctyseeded.none")), seeded: true));
        Assert.Equal(Vector("pk.none"), SealFormat.Save(SealFormat.LoadPublicKey(Parameters, Vector("pk.none"))));
        Assert.Equal(Vector("pkseeded.none"),
            SealFormat.Save(SealFormat.LoadPublicKey(Parameters, Vector("pkseeded.none")), seeded: true));
        Assert.Equal(Vector("ptx.none"), SealFormat.Save(SealFormat.LoadPlaintext(Parameters, Vector("ptx.none"))));
        using SecretKey secretKey = SealFormat.LoadSecretKey(Parameters, Vector("sk.none"));
        Assert.Equal(Vector("sk.none"), SealFormat.Save(secretKey));
    }

    [Fact]
    public void Sums_are_byte_identical()
    {
        Evaluator evaluator = new(Parameters);
        Ciphertext sum = evaluator.Add(SealFormat.LoadCiphertext(Parameters, Vector("ctx.zlib")),
            SealFormat.LoadCiphertext(Parameters, Vector("cty.none")));
        Assert.Equal(Vector("ctsum.none"), SealFormat.Save(sum));
    }

    [Fact]
    public void Plaintext_is_seals_up_to_the_last_bits_of_its_transform()
    {
        CkksEncoder encoder = new(Parameters);
        Plaintext theirs = SealFormat.LoadPlaintext(Parameters, Vector("ptx.none"));
        Plaintext ours = encoder.Encode(X, Math.ScaleB(1, 40));
        MixedRadix digits = new(Parameters);
        digits.Load(theirs);
        long[] expected = [.. digits.Digits(0)];
        Assert.All(digits.Digits(1).ToArray(), digit => Assert.Equal(0, digit));
        digits.Load(ours);
        // Coefficients reach 2^41; a transform in doubles is good to a few units of 2^(41-53).
        Assert.All(digits.Digits(0).ToArray().Zip(expected), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
        Assert.True(digits.Digits(0).ToArray().Zip(expected).Count(pair => pair.First != pair.Second) < 10);
    }

    [Fact]
    public void Ciphertexts_decrypt_to_their_values()
    {
        using SecretKey secretKey = SealFormat.LoadSecretKey(Parameters, Vector("sk.none"));
        Decryptor decryptor = new(secretKey);
        CkksEncoder encoder = new(Parameters);
        Check("ctx.none", X);
        Check("ctx.zlib", X);
        Check("cty.none", Y);
        Check("ctyseeded.none", Y);
        Check("ctsum.none", [.. X.Zip(Y, (x, y) => x + y)]);

        void Check(string name, double[] expected)
        {
            double[] values = new double[4096];
            encoder.Decode(decryptor.Decrypt(SealFormat.LoadCiphertext(Parameters, Vector(name))), values);
            Assert.All(values.Zip(expected), pair => Assert.InRange(pair.First - pair.Second, -1e-7, 1e-7));
        }
    }

    [Fact]
    public void We_encrypt_under_seals_public_keys()
    {
        using SecretKey secretKey = SealFormat.LoadSecretKey(Parameters, Vector("sk.none"));
        CkksEncoder encoder = new(Parameters);
        foreach (string name in new[] { "pk.none", "pkseeded.none" })
        {
            using Encryptor encryptor = new(SealFormat.LoadPublicKey(Parameters, Vector(name)),
                Ring.Randomness.SystemEntropy.Instance);
            MessagePolynomial message = new(Parameters);
            encoder.Encode(X, Math.ScaleB(1, 40), message);
            double[] values = new double[4096];
            encoder.Decode(new Decryptor(secretKey).Decrypt(encryptor.Encrypt(message)), values);
            Assert.All(values.Zip(X), pair => Assert.InRange(pair.First - pair.Second, -1e-7, 1e-7));
        }
    }

    private static byte[] Vector(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", "data", "seal", name);
            if (File.Exists(path))
            {
                return File.ReadAllBytes(path);
            }
        }

        Assert.Skip("shared/data/seal is in no folder above the tests");
        return [];
    }
}
