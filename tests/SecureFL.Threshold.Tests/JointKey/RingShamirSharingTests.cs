using System.Buffers.Binary;
using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Threshold.Tests;

/// <summary>Sharing over R_q and its check.</summary>
public sealed class RingShamirSharingTests
{
    [Theory]
    [InlineData(2, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    [InlineData(5, 7)]
    public void Any_threshold_of_shares_gives_the_sum_of_secrets(int threshold, int holders)
    {
        RingShamirSharing sharing = new(JointKeyFixture.Parameters, threshold, holders);
        (ThresholdKeyShare[] shares, int[] secret) = JointKeyFixture.Generate(sharing, threshold);
        foreach (int[] active in new[]
            { Enumerable.Range(1, threshold), Enumerable.Range(holders - threshold + 1, threshold) }.Select(
            set => set.ToArray()))
        {
            ActiveSet set = new(sharing, active);
            for (int prime = 0; prime < JointKeyFixture.Parameters.Moduli.Length; prime++)
            {
                Modulus p = JointKeyFixture.Parameters.Moduli[prime];
                for (int k = 0; k < secret.Length; k++)
                {
                    ulong sum = 0;
                    foreach (int holder in active)
                    {
                        sum = p.Add(sum, p.Multiply(set.Coefficient(holder, p), shares[holder - 1].Residues(prime)[k]));
                    }

                    Assert.Equal(p.Reduce((long)secret[k]), sum);
                }
            }
        }
    }

    /// <summary>lambda_j = product of i / (i - j), exactly, as fractions modulo q.</summary>
    [Fact]
    public void Lagrange_coefficients_interpolate_at_zero()
    {
        RingShamirSharing sharing = new(JointKeyFixture.Parameters, 3, 5);
        ActiveSet set = new(sharing, [1, 3, 5]);
        foreach (Modulus p in JointKeyFixture.Parameters.Moduli)
        {
            // 15/8, -5/4, 3/8.
            Assert.Equal(p.Multiply(15, p.Inverse(8)), set.Coefficient(1, p));
            Assert.Equal(p.Reduce(-(BigInteger)p.Multiply(5, p.Inverse(4))), set.Coefficient(3, p));
            Assert.Equal(p.Multiply(3, p.Inverse(8)), set.Coefficient(5, p));
        }

        Assert.Throws<ArgumentException>(() => set.Coefficient(2, JointKeyFixture.Parameters.Moduli[0]));
    }

    [Theory]
    [InlineData(new[] { 1, 2 })]
    [InlineData(new[] { 1, 2, 3, 4 })]
    [InlineData(new[] { 2, 1, 3 })]
    [InlineData(new[] { 1, 1, 2 })]
    [InlineData(new[] { 0, 1, 2 })]
    [InlineData(new[] { 4, 5, 6 })]
    public void An_active_set_is_exactly_t_different_holders_in_order(int[] holders) =>
        Assert.Throws<ArgumentException>(
            () => new ActiveSet(new RingShamirSharing(JointKeyFixture.Parameters, 3, 5), holders));

    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 3)]
    [InlineData(2, 65)]
    public void Threshold_and_holders_are_rules(int threshold, int holders) =>
        Assert.Throws<ArgumentException>(() => new RingShamirSharing(JointKeyFixture.Parameters, threshold, holders));

    [Fact]
    public void Secrets_must_be_ternary()
    {
        CkksParameters gaussian = new(8192, [.. Primality.LargestPrimes(45, 8192, 3).Select(p => p.Value)], 12,
            ErrorDistribution.CenteredBinomial);
        Assert.Contains("secret rule",
            Assert.Throws<ArgumentException>(() => new RingShamirSharing(gaussian, 2, 3)).Message,
            StringComparison.Ordinal);
        Assert.Contains("secret rule",
            Assert.Throws<ArgumentException>(() => new PublicKeyGenProtocol(gaussian, JointKeyFixture.Seed)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>
    /// The attack: a dealer gives one holder a point of another polynomial, in one coefficient of one prime only;
    /// another active set would then read another key.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    [InlineData((3 * 4096) - 1)]
    public void A_share_off_the_polynomial_is_refused(int word)
    {
        RingShamirSharing sharing = new(JointKeyFixture.Parameters, 3, 5);
        (_, byte[][] payloads, byte[] proof) = JointKeyFixture.Deal(sharing, 1);
        byte[] tampered = [.. payloads[3]];
        ulong[] residues = new ulong[ResiduePacking.Words(JointKeyFixture.Parameters)];
        int packed = ResiduePacking.Bytes(JointKeyFixture.Parameters);
        ResiduePacking.Unpack(JointKeyFixture.Parameters, tampered.AsSpan(0, packed), residues, "test");
        residues[word] = residues[word] == 0 ? 1 : residues[word] - 1;
        ResiduePacking.Pack(JointKeyFixture.Parameters, residues, tampered.AsSpan(0, packed));
        using ThresholdKeyShare share = new(sharing, 4);
        Assert.Equal(ThresholdViolation.ShareMismatch,
            Assert.Throws<ThresholdViolationException>(
                () => share.Add(tampered, JointKeyFixture.Seed, proof)).Violation);
        Assert.Equal(0, share.Dealers);
        byte[] stored = new byte[share.EncodedBytes];
        share.Encode(stored);
        Assert.All(stored, b => Assert.Equal(0, b));
        share.Add(payloads[3], JointKeyFixture.Seed, proof);
        Assert.Equal(1, share.Dealers);
    }

    /// <summary>
    /// The proof of another challenge, another holder's share, a proof with a wrong coefficient: none passes.
    /// </summary>
    [Fact]
    public void The_proof_is_bound_to_challenge_and_point()
    {
        RingShamirSharing sharing = new(JointKeyFixture.Parameters, 2, 3);
        (_, byte[][] payloads, byte[] proof) = JointKeyFixture.Deal(sharing, 2);
        using ThresholdKeyShare share = new(sharing, 2);
        byte[] challenge = [.. JointKeyFixture.Seed];
        challenge[5] ^= 1;
        AssertMismatch(() => share.Add(payloads[1], challenge, proof));
        AssertMismatch(() => share.Add(payloads[0], JointKeyFixture.Seed, proof));
        for (int at = 0; at < proof.Length; at += 8)
        {
            byte[] wrong = [.. proof];
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(wrong.AsSpan(at));
            BinaryPrimitives.WriteUInt64LittleEndian(wrong.AsSpan(at), word == 0 ? 1 : word - 1);
            AssertMismatch(() => share.Add(payloads[1], JointKeyFixture.Seed, wrong));
        }

        static void AssertMismatch(Action add) =>
            Assert.Equal(ThresholdViolation.ShareMismatch, Assert.Throws<ThresholdViolationException>(add).Violation);
    }

    [Fact]
    public void Malformed_shares_are_refused()
    {
        RingShamirSharing sharing = new(JointKeyFixture.Parameters, 2, 3);
        (_, byte[][] payloads, byte[] proof) = JointKeyFixture.Deal(sharing, 3);
        using ThresholdKeyShare share = new(sharing, 1);
        AssertRefused(ThresholdViolation.FieldLength, payloads[0][1..], proof);
        AssertRefused(ThresholdViolation.FieldLength, payloads[0], proof[1..]);
        AssertRefused(ThresholdViolation.WordOutOfRange,
            [.. Enumerable.Repeat((byte)0xFF, sharing.PayloadBytes)], proof);
        byte[] mask = [.. payloads[0]];
        mask.AsSpan(mask.Length - 8).Fill(0xFF);
        AssertRefused(ThresholdViolation.WordOutOfRange, mask, proof);
        AssertRefused(ThresholdViolation.WordOutOfRange, payloads[0], [.. Enumerable.Repeat((byte)0xFF, proof.Length)]);
        Assert.Equal(
            ThresholdViolation.FieldLength,
            Assert.Throws<ThresholdViolationException>(
                () => PublicKeyGenShare.Parse(JointKeyFixture.Parameters, payloads[0])).Violation);
        Assert.Equal(
            ThresholdViolation.WordOutOfRange,
            Assert.Throws<ThresholdViolationException>(() => PublicKeyGenShare.Parse(
                JointKeyFixture.Parameters,
                [.. Enumerable.Repeat((byte)0xFF,
                    JointPublicKey.EncodedBytes(JointKeyFixture.Parameters))])).Violation);

        void AssertRefused(ThresholdViolation violation, byte[] payload, byte[] with) =>
            Assert.Equal(violation,
                Assert.Throws<ThresholdViolationException>(
                    () => share.Add(payload, JointKeyFixture.Seed, with)).Violation);
    }

    [Fact]
    public void The_dealers_order_is_enforced_and_its_polynomials_erased()
    {
        RingShamirSharing sharing = new(JointKeyFixture.Parameters, 2, 2);
        SeededEntropy entropy = new(4);
        (JointSecretShare secret, _) =
            new PublicKeyGenProtocol(JointKeyFixture.Parameters, JointKeyFixture.Seed).GenerateShare(entropy);
        RingShares shares = sharing.Deal(secret, entropy);
        byte[] payload = new byte[sharing.PayloadBytes];
        shares.WritePayload(1, payload);
        Assert.Throws<InvalidOperationException>(() => shares.CreateProof(JointKeyFixture.Seed));
        shares.WritePayload(2, payload);
        shares.CreateProof(JointKeyFixture.Seed);
        Assert.Throws<InvalidOperationException>(() => shares.CreateProof(JointKeyFixture.Seed));
        Assert.Throws<InvalidOperationException>(() => shares.WritePayload(1, payload));
        secret.Dispose();
        Assert.Throws<ObjectDisposedException>(() => secret.Coefficients.Length);
        Assert.Equal("JointSecretShare", secret.ToString());
        Assert.Equal("RingShares", shares.ToString());
    }

    [Fact]
    public void A_stored_share_comes_back()
    {
        RingShamirSharing sharing = new(JointKeyFixture.Parameters, 2, 3);
        (ThresholdKeyShare[] shares, _) = JointKeyFixture.Generate(sharing, 9);
        byte[] stored = new byte[shares[1].EncodedBytes];
        shares[1].Encode(stored);
        using ThresholdKeyShare back = ThresholdKeyShare.Decode(sharing, 2, stored);
        byte[] again = new byte[stored.Length];
        back.Encode(again);
        Assert.Equal(stored, again);
        Assert.Equal(3, back.Dealers);
        stored.AsSpan(0, 300).Fill(0xFF);
        Assert.Throws<ThresholdViolationException>(() => ThresholdKeyShare.Decode(sharing, 2, stored));
    }
}
