using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold;
using SecureFL.Threshold.HybridEncryption;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>
/// A holder's side of sharing: opens its share and checks it against the signed proof. Not thread-safe.
/// </summary>
internal sealed class ShareChecker(AggregationPlan plan, int holder) : IDisposable
{
    private readonly ShareVerifier _verifier = new(plan.Sharing, ShareContext.SharePoint(holder));

    /// <summary>The opened and checked payload; the caller erases it.</summary>
    /// <exception cref="ProtocolViolationException">It does not open, or is not consistent with the proof.</exception>
    public SecretBuffer<byte> Open(ContributionStatement statement, ReadOnlySpan<byte> ciphertext, HpkePrivateKey key)
    {
        SecretBuffer<byte> payload = new(plan.Sharing.PayloadBytes);
        try
        {
            byte[] aad = ShareContext.AssociatedData(statement.Context, statement.Opening, statement.Client, holder,
                statement.Root);
            Hpke.Open(key, ShareContext.Info(statement.Context), aad, ciphertext, payload.Span);
            ShareProof proof = ShareProof.Parse(plan.Sharing, statement.Proof.Span);
            _verifier.Verify(payload.Span, proof, ShareChallengeHash.Of(statement));
            return payload;
        }
        catch (ThresholdViolationException refusal)
        {
            payload.Dispose();
            throw ThresholdViolations.From(refusal, statement.Signer);
        }
    }

    public void Dispose() => _verifier.Dispose();
}
