using SecureFL.Messages.Violations;
using SecureFL.Protocol.Rules;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold;
using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Fields;
using SecureFL.Threshold.HybridEncryption;
using SecureFL.Threshold.Reconstruction;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>Shares, proofs, sealing and reconstruction against their vectors.</summary>
internal static class SharingOperations
{
    public static void WordPacking(VectorFile v)
    {
        uint[] words = [.. v.UnsignedList("words").Select(w => (uint)w)];
        byte[] packed = new byte[Threshold.Elements.WordPacking.PackedBytes(words.Length)];
        Threshold.Elements.WordPacking.Pack(words, packed);
        Assert.Equal(v.Bytes("packed"), packed);
        uint[] unpacked = new uint[words.Length];
        Threshold.Elements.WordPacking.Unpack(packed, unpacked, "words");
        Assert.Equal(words, unpacked);
    }

    public static void Weights(VectorFile v)
    {
        using ShareChallenge challenge = new(v.Bytes("challenge"), v.Int("columns"));
        foreach (JsonElement row in v.Field("rows").EnumerateArray())
        {
            Expectation.CheckDigest(row, challenge.NextRow());
        }
    }

    public static void Shares(VectorFile v)
    {
        int degree = v.Int("ringDegree");
        OneTimeKeySharing sharing = new(new ShamirSharing(v.Int("threshold"), v.Int("holders")), degree);
        SecretPolynomials<Mersenne31> polynomials = new(v.Int("threshold"), degree + OneTimeKeySharing.MaskCount);
        byte[][] rows = v.ByteList("coefficients");
        for (int d = 0; d < rows.Length; d++)
        {
            Threshold.Elements.WordPacking.Unpack(rows[d], polynomials.Row(d), "coefficients");
        }

        Assert.Equal(v.Small("secret"),
            (IEnumerable<int>)[.. polynomials.Row(0)[..degree].ToArray().Select(MersenneField.ToCentered)]);
        byte[][] payloads = v.ByteList("payloads");
        using OneTimeKeyShares shares = new(sharing, polynomials);
        for (int holder = 1; holder <= payloads.Length; holder++)
        {
            byte[] payload = new byte[sharing.PayloadBytes];
            shares.WritePayload(holder, payload);
            Assert.Equal(payloads[holder - 1], payload);
        }

        Assert.Equal(v.Bytes("proof"), shares.CreateProof(v.Bytes("challenge")).Encode());
        ShareProof proof = ShareProof.Parse(sharing, v.Bytes("proof"));
        for (int holder = 1; holder <= payloads.Length; holder++)
        {
            using ShareVerifier verifier = new(sharing, holder);
            verifier.Verify(payloads[holder - 1], proof, v.Bytes("challenge"));
        }
    }

    public static void Hpke(VectorFile v)
    {
        byte[] info = v.Bytes("info");
        byte[] aad = v.Bytes("aad");
        byte[] sealedMessage = v.Bytes("sealed");
        using HpkePrivateKey key = HpkePrivateKey.Import(v.Bytes("recipientPrivateKey"));
        byte[] plaintext = new byte[sealedMessage.Length - Threshold.HybridEncryption.Hpke.Overhead];
        if (v.Has("expect"))
        {
            Expectation.Check(v, () =>
            {
                try
                {
                    Threshold.HybridEncryption.Hpke.Open(key, info, aad, sealedMessage, plaintext);
                }
                catch (ThresholdViolationException refusal)
                {
                    throw ThresholdViolations.From(refusal, Party.Peer);
                }
            });
            Assert.All(plaintext, b => Assert.Equal(0, b));
            return;
        }

        Assert.Equal(v.Bytes("recipientPublicKey"), key.PublicKey.Encoded);
        ScriptedEntropy entropy = new(v.Bytes("ephemeralKeyingMaterial"));
        Assert.Equal(sealedMessage,
            Threshold.HybridEncryption.Hpke.Seal(key.PublicKey, info, aad, v.Bytes("plaintext"), entropy));
        Threshold.HybridEncryption.Hpke.Open(key, info, aad, sealedMessage, plaintext);
        Assert.Equal(v.Bytes("plaintext"), plaintext);
    }

    public static void Reconstruct(VectorFile v)
    {
        OneTimeKeySharing sharing = new(new ShamirSharing(v.Int("threshold"), v.Int("holders")), v.Int("ringDegree"));
        KeyReconstruction reconstruction = new(sharing);
        foreach (VectorFile answer in v.Objects("answers"))
        {
            reconstruction.AddAnswer(answer.Int("holder"), answer.Bytes("packed"));
        }

        KeyReconstructionResult result = reconstruction.Reconstruct(v.Int("bound"));
        if (v.Has("expect"))
        {
            ReconstructionOutcome expected = v.Object("expect").Int("code") == (int)ViolationCode.BelowThreshold
                ? ReconstructionOutcome.TooFewAnswers
                : ReconstructionOutcome.Inconsistent;
            Assert.Equal(expected, result.Outcome);
            return;
        }

        Assert.Equal(ReconstructionOutcome.Opened, result.Outcome);
        Assert.Equal(v.Ints("sum"), result.KeySum);
        Assert.Equal(v.Ints("liars"), result.Liars);
    }
}

/// <summary>Hands out given bytes, in order; then it is exhausted.</summary>
internal sealed class ScriptedEntropy(byte[] bytes) : IEntropySource
{
    private int _next;

    public void Fill(Span<byte> destination)
    {
        bytes.AsSpan(_next, destination.Length).CopyTo(destination);
        _next += destination.Length;
    }
}
