using System.Numerics;
using SecureFL.Rlwe.JointKey;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Threshold.Tests;

/// <summary>Key generation and partial decryption against big integers and the definition.</summary>
public sealed class PartialDecryptionTests
{
    private static readonly byte[] Context = [.. Enumerable.Range(0, 32).Select(i => (byte)(200 - i))];

    /// <summary>b + a s is the sum of the holders' errors: small, and not zero.</summary>
    [Fact]
    public void The_joint_public_key_is_an_encryption_of_zero_under_the_sum_of_secrets()
    {
        PublicKeyGenProtocol protocol = new(JointKeyFixture.Parameters, JointKeyFixture.Seed);
        int[] secret = new int[JointKeyFixture.Degree];
        List<PublicKeyGenShare> shares = [];
        for (int holder = 1; holder <= 3; holder++)
        {
            (JointSecretShare part, PublicKeyGenShare share) = protocol.GenerateShare(new SeededEntropy(holder));
            Assert.All(part.Coefficients.ToArray(), s => Assert.InRange(s, -1, 1));
            secret = [.. secret.Zip(part.Coefficients.ToArray(), (a, b) => a + b)];
            shares.Add(share);
        }

        JointPublicKey key = protocol.Aggregate(shares);
        ulong[] product = new ulong[JointKeyFixture.Degree];
        ulong[] a = new ulong[3 * JointKeyFixture.Degree];
        ulong[] b = new ulong[a.Length];
        ReferencePolynomial.Expand(JointKeyFixture.Parameters, key.ReferenceSeed, a);
        ResiduePacking.Unpack(JointKeyFixture.Parameters, key.Encoded, b, "public key");
        for (int prime = 0; prime < 3; prime++)
        {
            int start = prime * JointKeyFixture.Degree;
            Ring.Arithmetic.Modulus p = JointKeyFixture.Parameters.Moduli[prime];
            Ring.Kernels.RingKernel kernel = JointKeyFixture.Parameters.Kernels[prime];
            ulong[] s = [.. secret.Select(x => p.Reduce((long)x))];
            kernel.Forward(s);
            kernel.Forward(b.AsSpan(start, s.Length));
            for (int i = 0; i < s.Length; i++)
            {
                product[i] = p.Add(b[start + i], p.Multiply(a[start + i], s[i]));
            }

            kernel.Inverse(product);
            long[] errors = [.. product.Select(p.Centre)];
            Assert.All(errors, e => Assert.InRange(e, -63, 63));
            Assert.InRange(errors.Average(e => (double)e * e), 31.5 * 0.9, 31.5 * 1.1);
        }

        JointPublicKey again = JointPublicKey.Parse(JointKeyFixture.Parameters, key.ReferenceSeed, key.Encoded);
        Assert.Equal(key.ComputeDigest(), again.ComputeDigest());
        Assert.Throws<ArgumentException>(() => protocol.Aggregate([]));
    }

    /// <summary>
    /// sum_j d_j = c1 s + noise, the noise as wide as t smudgings and within their bound; with the constant polynomial
    /// X^0 times 2^60 as c1.
    /// </summary>
    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    public void Partial_decryptions_add_up_to_the_secret_times_the_ciphertext(int threshold, int holders)
    {
        RingShamirSharing sharing = new(JointKeyFixture.Parameters, threshold, holders);
        (ThresholdKeyShare[] shares, int[] secret) = JointKeyFixture.Generate(sharing, 5);
        JointKeyParameters joint = JointKeyFixture.JointKey(threshold, holders);
        BigInteger scale = BigInteger.One << 95;
        byte[] second = JointKeyFixture.Pack(k => k == 0 ? scale : BigInteger.Zero);
        int[] active = [.. Enumerable.Range(holders - threshold + 1, threshold)];
        BigInteger[] sum = new BigInteger[JointKeyFixture.Degree];
        foreach (int holder in active)
        {
            BigInteger[] part = JointKeyFixture.Unpack(
                Answer(joint, shares[holder - 1], new ActiveSet(sharing, active), 0, second));
            sum = [.. sum.Zip(part, BigInteger.Add)];
        }

        BigInteger q = JointKeyFixture.Parameters.Basis.Product;
        double squares = 0;
        double largest = 0;
        for (int k = 0; k < sum.Length; k++)
        {
            BigInteger noise = (sum[k] - (scale * secret[k])) % q;
            noise = noise > q / 2 ? noise - q : noise < -q / 2 ? noise + q : noise;
            squares += (double)noise * (double)noise;
            largest = Math.Max(largest, Math.Abs((double)noise));
        }

        // The bound holds and is not idle: 4096 coefficients come within a factor of 16/2 of it.
        Assert.InRange(Math.Sqrt(squares / sum.Length) / Math.Sqrt(threshold * joint.Shape.Variance), 0.95, 1.05);
        Assert.InRange(largest, joint.NoiseBound / 8, joint.NoiseBound);
    }

    [Fact]
    public void A_retry_gives_the_same_bytes_and_another_ciphertext_other_noise()
    {
        RingShamirSharing sharing = new(JointKeyFixture.Parameters, 2, 3);
        (ThresholdKeyShare[] shares, _) = JointKeyFixture.Generate(sharing, 6);
        JointKeyParameters joint = JointKeyFixture.JointKey(2, 3);
        ActiveSet active = new(sharing, [1, 3]);
        byte[] zero = JointKeyFixture.Pack(_ => BigInteger.Zero);
        byte[] first = Answer(joint, shares[0], active, 7, zero);
        Assert.Equal(first, Answer(joint, shares[0], active, 7, zero));

        // With c1 = 0 an answer is the noise alone: it must differ in every coefficient whatever changes, or the
        // difference of two answers would show the share.
        byte[] almost = JointKeyFixture.Pack(k => k == 9 ? BigInteger.One : BigInteger.Zero);
        BigInteger[] noise = JointKeyFixture.Unpack(first);
        AssertUnrelated(noise, JointKeyFixture.Unpack(Answer(joint, shares[0], active, 8, zero)));
        AssertUnrelated(noise,
            JointKeyFixture.Unpack(Answer(joint, shares[0], new ActiveSet(sharing, [1, 2]), 7, zero)));
        AssertUnrelated(noise, JointKeyFixture.Unpack(Answer(joint, shares[2], active, 7, zero)));
        using PartialDecryptionProtocol other =
            new(joint, shares[0], active, JointKeyFixture.Seed, JointKeyFixture.Seed);
        byte[] answer = new byte[other.ShareBytes];
        other.CreateShare(7, zero, answer);
        AssertUnrelated(noise, JointKeyFixture.Unpack(answer));

        BigInteger[] changed = JointKeyFixture.Unpack(Answer(joint, shares[0], active, 7, almost));
        ulong[] share = shares[0].Residues(0).ToArray();
        Assert.NotEqual(share, [.. changed.Zip(noise, (x, y) => JointKeyFixture.Parameters.Moduli[0].Reduce(x - y))]);
        AssertUnrelated(noise, changed);

        static void AssertUnrelated(BigInteger[] a, BigInteger[] b) =>
            Assert.All(a.Zip(b), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void What_is_not_whole_or_not_active_does_not_answer()
    {
        RingShamirSharing sharing = new(JointKeyFixture.Parameters, 2, 3);
        (ThresholdKeyShare[] shares, _) = JointKeyFixture.Generate(sharing, 7);
        JointKeyParameters joint = JointKeyFixture.JointKey(2, 3);
        using ThresholdKeyShare partial = new(sharing, 1);
        Assert.Throws<ArgumentException>(
            () => new PartialDecryptionProtocol(joint, partial, new ActiveSet(sharing, [1, 2]),
                JointKeyFixture.Seed, Context));
        Assert.Throws<ArgumentException>(
            () => new PartialDecryptionProtocol(joint, shares[0], new ActiveSet(sharing, [2, 3]),
                JointKeyFixture.Seed, Context));
        Assert.Throws<ArgumentException>(
            () => new PartialDecryptionProtocol(JointKeyFixture.JointKey(3, 3), shares[0],
                new ActiveSet(sharing, [1, 3]), JointKeyFixture.Seed, Context));
        Assert.Throws<ArgumentException>(
            () => new PartialDecryptionProtocol(joint, shares[0], new ActiveSet(sharing, [1, 3]),
                new byte[31], Context));
        using PartialDecryptionProtocol protocol =
            new(joint, shares[0], new ActiveSet(sharing, [1, 3]), JointKeyFixture.Seed, Context);
        byte[] answer = new byte[protocol.ShareBytes];
        Assert.Throws<ThresholdViolationException>(() => protocol.CreateShare(0, new byte[5], answer));
        Assert.Throws<ThresholdViolationException>(
            () => protocol.CreateShare(0, [.. Enumerable.Repeat((byte)0xFF, answer.Length)], answer));
        Assert.All(answer, b => Assert.Equal(0, b));
    }

    private static byte[] Answer(JointKeyParameters joint, ThresholdKeyShare share, ActiveSet active, long chunk,
        byte[] second)
    {
        using PartialDecryptionProtocol protocol = new(joint, share, active, JointKeyFixture.Seed, Context);
        byte[] answer = new byte[protocol.ShareBytes];
        protocol.CreateShare(chunk, second, answer);
        return answer;
    }
}
