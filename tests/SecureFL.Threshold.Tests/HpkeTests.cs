using System.Globalization;
using System.Numerics;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold.HybridEncryption;

namespace SecureFL.Threshold.Tests;

public sealed class HpkeTests
{
    private const string Order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    private const string Prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";

    private static readonly byte[] Info = "plan"u8.ToArray();
    private static readonly byte[] Aad = "round"u8.ToArray();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31_760)]
    public void What_is_sealed_opens(int length)
    {
        using HpkePrivateKey key = HpkePrivateKey.Generate(new SeededEntropy(1));
        byte[] plaintext = new byte[length];
        new SeededEntropy(2).Fill(plaintext);
        byte[] message = Hpke.Seal(key.PublicKey, Info, Aad, plaintext, SystemEntropy.Instance);
        Assert.Equal(length + 81, message.Length);
        byte[] opened = new byte[length];
        Hpke.Open(key, Info, Aad, message, opened);
        Assert.Equal(plaintext, opened);
    }

    [Fact]
    public void Every_tampered_byte_is_refused_and_leaves_no_plaintext()
    {
        using HpkePrivateKey key = HpkePrivateKey.Generate(new SeededEntropy(1));
        byte[] message = Hpke.Seal(key.PublicKey, Info, Aad, "a share"u8, new SeededEntropy(2));
        byte[] opened = new byte[7];
        for (int i = 0; i < message.Length; i++)
        {
            foreach (byte change in new byte[] { 1, 2, 0x80 })
            {
                message[i] ^= change;
                opened.AsSpan().Fill(9);
                ThresholdViolationException error =
                    Assert.Throws<ThresholdViolationException>(() => Hpke.Open(key, Info, Aad, message, opened));
                Assert.Equal(i < 65 ? ThresholdViolation.PublicKey : ThresholdViolation.SealedMessage, error.Violation);
                Assert.Equal(new byte[7], opened);
                message[i] ^= change;
            }
        }

        Hpke.Open(key, Info, Aad, message, opened);
        Assert.Equal("a share"u8.ToArray(), opened);
    }

    [Fact]
    public void Another_key_info_aad_or_length_is_refused()
    {
        using HpkePrivateKey key = HpkePrivateKey.Generate(new SeededEntropy(1));
        using HpkePrivateKey other = HpkePrivateKey.Generate(new SeededEntropy(3));
        byte[] message = Hpke.Seal(key.PublicKey, Info, Aad, "a share"u8, new SeededEntropy(2));
        byte[] opened = new byte[7];
        AssertRefused(ThresholdViolation.SealedMessage, () => Hpke.Open(other, Info, Aad, message, opened));
        AssertRefused(ThresholdViolation.SealedMessage, () => Hpke.Open(key, Aad, Aad, message, opened));
        AssertRefused(ThresholdViolation.SealedMessage, () => Hpke.Open(key, Info, Info, message, opened));
        AssertRefused(ThresholdViolation.SealedMessage, () => Hpke.Open(key, [], Aad, message, opened));
        AssertRefused(ThresholdViolation.FieldLength, () => Hpke.Open(key, Info, Aad, message, new byte[6]));
        AssertRefused(ThresholdViolation.FieldLength, () => Hpke.Open(key, Info, Aad, message.AsSpan(1), opened));
        AssertRefused(ThresholdViolation.FieldLength, () => Hpke.Open(key, Info, Aad, [], opened));
        AssertRefused(ThresholdViolation.SealedMessage,
            () => Hpke.Open(key, Info, Aad, message.AsSpan(0, message.Length - 1), new byte[6]));
    }

    [Fact]
    public void Two_messages_share_no_ephemeral_key()
    {
        using HpkePrivateKey key = HpkePrivateKey.Generate(new SeededEntropy(1));
        SeededEntropy entropy = new(2);
        byte[] first = Hpke.Seal(key.PublicKey, Info, Aad, "a share"u8, entropy);
        byte[] second = Hpke.Seal(key.PublicKey, Info, Aad, "a share"u8, entropy);
        Assert.NotEqual(first[..65], second[..65]);
        Assert.NotEqual(first[65..], second[65..]);
    }

    [Fact]
    public void Overlapping_and_short_destinations_are_refused()
    {
        using HpkePrivateKey key = HpkePrivateKey.Generate(new SeededEntropy(1));
        byte[] buffer = new byte[7 + Hpke.Overhead];
        SeededEntropy entropy = new(2);
        Assert.Throws<ArgumentException>(
            () => Hpke.Seal(key.PublicKey, Info, Aad, buffer.AsSpan(0, 7), entropy, buffer));
        Assert.Throws<ArgumentException>(
            () => Hpke.Seal(key.PublicKey, Info, Aad, "a share"u8, entropy, buffer.AsSpan(1)));
        Hpke.Seal(key.PublicKey, Info, Aad, "a share"u8, entropy, buffer);
        Assert.Throws<ArgumentException>(() => Hpke.Open(key, Info, Aad, buffer, buffer.AsSpan(0, 7)));
    }

    [Fact]
    public void Public_keys_off_the_curve_or_in_another_form_are_refused()
    {
        using HpkePrivateKey key = HpkePrivateKey.Generate(new SeededEntropy(1));
        byte[] valid = key.PublicKey.Encoded.ToArray();
        Assert.Equal(key.PublicKey, HpkePublicKey.Parse(valid));
        AssertKey(ThresholdViolation.PublicKey, [0]);                                           // infinity
        AssertKey(ThresholdViolation.PublicKey, []);
        AssertKey(ThresholdViolation.PublicKey, valid[..64]);
        AssertKey(ThresholdViolation.PublicKey, [.. valid, 0]);
        AssertKey(ThresholdViolation.PublicKey, [(byte)(2 + (valid[64] & 1)), .. valid[1..33]]);  // compressed
        AssertKey(ThresholdViolation.PublicKey, [6, .. valid[1..]]);                            // hybrid
        AssertKey(ThresholdViolation.PublicKey, [4, .. new byte[64]]);                          // (0, 0)
        AssertKey(ThresholdViolation.PublicKey, [4, .. valid[33..], .. valid[1..33]]);          // (y, x)

        // A point of the curve y^2 = x^3 - 3x + b' for another b': the invalid-curve attack of Biehl, Meyer and Mueller
        // (CRYPTO 2000).
        byte[] moved = [.. valid];
        moved[64] ^= 1;
        AssertKey(ThresholdViolation.PublicKey, moved);

        static void AssertKey(ThresholdViolation violation, byte[] encoded) =>
            AssertRefused(violation, () => HpkePublicKey.Parse(encoded));
    }

    [Fact]
    public void A_coordinate_that_is_not_reduced_is_refused()
    {
        // x = 5 is on the curve for some y; x + p has the same residue and fits 32 bytes.
        BigInteger p = Number(Prime);
        BigInteger b = Number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
        BigInteger x = 0;
        BigInteger y;
        do
        {
            x++;
            BigInteger square = ((x * x * x) - (3 * x) + b) % p;
            y = BigInteger.ModPow(square, (p + 1) / 4, p);
            if (y * y % p == square)
            {
                break;
            }
        }
        while (true);

        HpkePublicKey.Parse([4, .. Encoded(x), .. Encoded(y)]);
        AssertRefused(ThresholdViolation.PublicKey, () => HpkePublicKey.Parse([4, .. Encoded(x + p), .. Encoded(y)]));
    }

    [Fact]
    public void Private_keys_lie_between_one_and_the_order()
    {
        BigInteger n = Number(Order);
        foreach (BigInteger scalar in new[] { BigInteger.Zero, n, n + 1, BigInteger.Pow(2, 256) - 1 })
        {
            Assert.False(P256.IsScalar(Encoded(scalar)));
            Assert.Throws<ArgumentException>(() => HpkePrivateKey.Import(Encoded(scalar)));
        }

        foreach (BigInteger scalar in new[] { BigInteger.One, n - 1, n / 2, n - 256, BigInteger.Pow(2, 255) })
        {
            Assert.True(P256.IsScalar(Encoded(scalar)));
            using HpkePrivateKey key = HpkePrivateKey.Import(Encoded(scalar), exportable: true);
            byte[] exported = new byte[32];
            key.Export(exported);
            Assert.Equal(Encoded(scalar), exported);
        }

        Assert.Throws<ArgumentException>(() => HpkePrivateKey.Import(new byte[31]));
        Assert.Throws<ArgumentException>(() => HpkePrivateKey.Derive(new byte[31]));
    }

    [Fact]
    public void The_key_one_is_the_generator()
    {
        // NIST SP 800-186, 3.2.1.3: G.
        using HpkePrivateKey key = HpkePrivateKey.Import(Encoded(1));
        Assert.Equal(
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
            key.PublicKey.ToString());
    }

    [Fact]
    public void A_key_is_exported_only_if_that_was_asked_for()
    {
        byte[] scalar = new byte[32];
        using HpkePrivateKey silent = HpkePrivateKey.Generate(new SeededEntropy(1));
        Assert.False(silent.IsExportable);
        Assert.Throws<InvalidOperationException>(() => silent.Export(scalar));
        Assert.Equal("HpkePrivateKey", silent.ToString());

        HpkePrivateKey kept = HpkePrivateKey.Generate(new SeededEntropy(1), exportable: true);
        Assert.Throws<ArgumentException>(() => kept.Export(new byte[31]));
        kept.Export(scalar);
        using HpkePrivateKey again = HpkePrivateKey.Import(scalar);
        Assert.Equal(kept.PublicKey, again.PublicKey);
        Assert.Equal(silent.PublicKey, again.PublicKey);
        Assert.Equal(silent.PublicKey.GetHashCode(), again.PublicKey.GetHashCode());
        kept.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kept.Export(scalar));
        byte[] message = Hpke.Seal(kept.PublicKey, Info, Aad, "a share"u8, new SeededEntropy(2));
        Assert.Throws<ObjectDisposedException>(() => Hpke.Open(kept, Info, Aad, message, new byte[7]));
    }

    private static void AssertRefused(ThresholdViolation violation, Action action) =>
        Assert.Equal(violation, Assert.Throws<ThresholdViolationException>(action).Violation);

    private static BigInteger Number(string hex) =>
        BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static byte[] Encoded(BigInteger value)
    {
        byte[] encoded = new byte[32];
        Assert.True(value.TryWriteBytes(encoded, out int written, isUnsigned: true, isBigEndian: true));
        return [.. new byte[32 - written], .. encoded[..written]];
    }
}
