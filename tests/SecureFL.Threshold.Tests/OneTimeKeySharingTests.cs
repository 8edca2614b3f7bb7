using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Fields;
using SecureFL.Threshold.Reconstruction;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Threshold.Tests;

public sealed class OneTimeKeySharingTests
{
    public static TheoryData<int, int> Schemes => TestData.SchemeData();

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Every_holder_accepts_an_honest_dealing(int threshold, int holders)
    {
        OneTimeKeySharing sharing = new(new ShamirSharing(threshold, holders), 200);
        Dealing dealing = new(sharing, seed: threshold);
        for (int holder = 1; holder <= holders; holder++)
        {
            dealing.Verify(holder);
        }
    }

    [Theory]
    [InlineData(8192, 31_760, 171)]
    [InlineData(4096, 15_888, 171)]
    [InlineData(32768, 126_992, 171)]
    public void Sizes_are_those_of_the_protocol(int coefficients, int payload, int proof)
    {
        OneTimeKeySharing sharing = new(new ShamirSharing(11, 21), coefficients);
        Assert.Equal(payload, sharing.PayloadBytes);
        Assert.Equal(proof, sharing.ProofBytes);
        Assert.Equal(((coefficients * 31) + 7) / 8, sharing.AnswerBytes);
    }

    [Fact]
    public void Every_tampered_byte_of_a_payload_is_refused()
    {
        Dealing dealing = new(new OneTimeKeySharing(new ShamirSharing(3, 5), 61), seed: 1);
        byte[] payload = dealing.Payloads[1];
        for (int i = 0; i < payload.Length; i++)
        {
            foreach (byte change in new byte[] { 1, 0x10, 0x80, 0xff })
            {
                payload[i] ^= change;
                Assert.Throws<ThresholdViolationException>(() => dealing.Verify(2));
                payload[i] ^= change;
            }
        }

        dealing.Verify(2);
    }

    [Fact]
    public void Every_tampered_byte_of_a_proof_is_refused_by_every_holder()
    {
        Dealing dealing = new(new OneTimeKeySharing(new ShamirSharing(3, 5), 8), seed: 2);
        byte[] honest = dealing.Proof.Encode();
        for (int i = 0; i < honest.Length; i++)
        {
            foreach (byte change in new byte[] { 1, 0x80 })
            {
                byte[] tampered = [.. honest];
                tampered[i] ^= change;
                for (int holder = 1; holder <= 5; holder++)
                {
                    Assert.Throws<ThresholdViolationException>(
                        () => dealing.Verify(holder, ShareProof.Parse(dealing.Sharing, tampered)));
                }
            }
        }

        dealing.Verify(3, ShareProof.Parse(dealing.Sharing, honest));
    }

    [Fact]
    public void A_share_for_another_holder_is_refused()
    {
        Dealing dealing = new(new OneTimeKeySharing(new ShamirSharing(2, 3), 16), seed: 3);
        (dealing.Payloads[0], dealing.Payloads[1]) = (dealing.Payloads[1], dealing.Payloads[0]);
        Assert.Equal(ThresholdViolation.ShareMismatch,
            Assert.Throws<ThresholdViolationException>(() => dealing.Verify(1)).Violation);
        Assert.Throws<ThresholdViolationException>(() => dealing.Verify(2));
        dealing.Verify(3);
    }

    [Fact]
    public void Another_challenge_or_another_dealing_s_proof_is_refused()
    {
        OneTimeKeySharing sharing = new(new ShamirSharing(2, 3), 16);
        Dealing dealing = new(sharing, seed: 4);
        Dealing other = new(sharing, seed: 5);
        Assert.Throws<ThresholdViolationException>(() => dealing.Verify(1, other.Proof));
        using ShareVerifier verifier = new(sharing, 1);
        Assert.Throws<ThresholdViolationException>(
            () => verifier.Verify(dealing.Payloads[0], dealing.Proof, TestData.Challenge(99)));
    }

    [Fact]
    public void A_dealer_of_degree_t_cannot_satisfy_more_than_t_holders()
    {
        // The dealer shares on polynomials of degree t = 2 and fits h to the first two holders, the best it can do.
        OneTimeKeySharing sharing = new(new ShamirSharing(2, 4), 16);
        byte[] challenge = TestData.Challenge(6);
        using SecretPolynomials<Mersenne31> tooHigh = new(threshold: 3, columns: 20);
        for (int degree = 0; degree < 3; degree++)
        {
            TestData.Elements(20, degree).CopyTo(tooHigh.Row(degree));
        }

        using ShareChallenge weights = new(challenge, 16);
        uint[] fitted = new uint[8];
        uint[] combined = new uint[3];
        for (int m = 0; m < 4; m++)
        {
            tooHigh.Combine(weights.NextRow(), 16 + m, combined);
            uint[] values = [FieldPolynomial<Mersenne31>.Evaluate(combined, 1),
                FieldPolynomial<Mersenne31>.Evaluate(combined, 2)];
            FieldPolynomial<Mersenne31>.Interpolate([1, 2], values).CopyTo(fitted, 2 * m);
        }

        ShareProof proof = new(2, fitted);
        uint[] words = new uint[20];
        byte[] payload = new byte[sharing.PayloadBytes];
        for (int holder = 1; holder <= 4; holder++)
        {
            tooHigh.Evaluate((uint)holder, words);
            WordPacking.Pack(words, payload);
            using ShareVerifier verifier = new(sharing, holder);
            if (holder <= 2)
            {
                verifier.Verify(payload, proof, challenge);
            }
            else
            {
                Assert.Throws<ThresholdViolationException>(() => verifier.Verify(payload, proof, challenge));
            }
        }
    }

    [Fact]
    public void Malformed_payloads_and_proofs_have_their_own_codes()
    {
        Dealing dealing = new(new OneTimeKeySharing(new ShamirSharing(2, 3), 16), seed: 7);
        byte[] payload = dealing.Payloads[0];
        byte[] ones = [.. Enumerable.Repeat((byte)0xff, payload.Length)];
        AssertRefused(ThresholdViolation.FieldLength, payload[..^1]);
        AssertRefused(ThresholdViolation.FieldLength, [.. payload, 0]);
        AssertRefused(ThresholdViolation.FieldLength, []);
        AssertRefused(ThresholdViolation.WordOutOfRange, ones);
        byte[] proof = dealing.Proof.Encode();
        Assert.Equal(
            ThresholdViolation.FieldLength,
            Assert.Throws<ThresholdViolationException>(
                () => ShareProof.Parse(dealing.Sharing, proof.AsSpan(1))).Violation);
        Assert.Equal(
            ThresholdViolation.WordOutOfRange,
            Assert.Throws<ThresholdViolationException>(
                () => ShareProof.Parse(dealing.Sharing, ones.AsSpan(0, proof.Length))).Violation);

        void AssertRefused(ThresholdViolation violation, byte[] tampered)
        {
            dealing.Payloads[0] = tampered;
            Assert.Equal(violation, Assert.Throws<ThresholdViolationException>(() => dealing.Verify(1)).Violation);
        }
    }

    [Fact]
    public void The_dealer_s_steps_have_one_order_and_end_in_erasure()
    {
        OneTimeKeySharing sharing = new(new ShamirSharing(2, 3), 16);
        byte[] challenge = TestData.Challenge(8);
        byte[] payload = new byte[sharing.PayloadBytes];
        using OneTimeKeyShares shares = sharing.DealShares(new int[16], new SeededEntropy(1));
        Assert.Throws<InvalidOperationException>(() => shares.CreateProof(challenge));
        shares.WritePayload(1, payload);
        shares.WritePayload(1, payload);
        Assert.Throws<InvalidOperationException>(() => shares.CreateProof(challenge));
        shares.WritePayload(3, payload);
        Assert.Throws<ArgumentException>(() => shares.CreateProof(challenge.AsSpan(1)));
        shares.CreateProof(challenge);
        Assert.Throws<ObjectDisposedException>(() => shares.CreateProof(challenge));
        Assert.Throws<ObjectDisposedException>(() => shares.WritePayload(1, payload));
        Assert.Equal("OneTimeKeyShares", shares.ToString());
    }

    [Fact]
    public void Polynomials_are_gone_after_disposal()
    {
        using SecretPolynomials<Mersenne31> polynomials = new(2, 3);
        Span<uint> row = polynomials.Row(1);
        row.Fill(7);
        polynomials.Dispose();
        Assert.Equal([0u, 0u, 0u], row);
    }

    [Fact]
    public void Callers_bugs_are_refused()
    {
        ShamirSharing scheme = new(2, 3);
        OneTimeKeySharing sharing = new(scheme, 16);
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneTimeKeySharing(scheme, 0));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new OneTimeKeySharing(scheme, OneTimeKeySharing.MaxCoefficients + 1));
        Assert.Throws<ArgumentException>(() => sharing.DealShares(new int[15], new SeededEntropy(1)));
        using OneTimeKeyShares shares = sharing.DealShares(new int[16], new SeededEntropy(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => shares.WritePayload(0, new byte[sharing.PayloadBytes]));
        Assert.Throws<ArgumentOutOfRangeException>(() => shares.WritePayload(4, new byte[sharing.PayloadBytes]));
        Assert.Throws<ArgumentException>(() => shares.WritePayload(1, new byte[sharing.PayloadBytes + 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareVerifier(sharing, 4));
    }

    /// <summary>The payloads and the proof of one dealing.</summary>
    private sealed class Dealing
    {
        private readonly byte[] _challenge;

        public Dealing(OneTimeKeySharing sharing, int seed)
        {
            Sharing = sharing;
            _challenge = TestData.Challenge(seed);
            using OneTimeKeyShares shares =
                sharing.DealShares(TestData.SmallSecret(sharing.Coefficients, seed), new SeededEntropy(seed));
            for (int holder = 1; holder <= sharing.Scheme.Holders; holder++)
            {
                byte[] payload = new byte[sharing.PayloadBytes];
                shares.WritePayload(holder, payload);
                Payloads.Add(payload);
            }

            Proof = shares.CreateProof(_challenge);
        }

        public OneTimeKeySharing Sharing { get; }

        public List<byte[]> Payloads { get; } = [];

        public ShareProof Proof { get; }

        public void Verify(int holder, ShareProof? proof = null)
        {
            using ShareVerifier verifier = new(Sharing, holder);
            verifier.Verify(Payloads[holder - 1], proof ?? Proof, _challenge);
        }
    }
}
