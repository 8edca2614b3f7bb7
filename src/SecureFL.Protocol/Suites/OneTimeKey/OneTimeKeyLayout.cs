using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Rlwe.Digests;
using SecureFL.Threshold;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>Sizes and sharing of one-time keys under a plan. Immutable, thread-safe.</summary>
internal sealed class OneTimeKeyLayout : SuiteLayout
{
    public OneTimeKeyLayout(PlanSettings settings)
    {
        int holders = settings.Enrolment.KeyHolders.Count;
        ShamirSharing scheme = settings.Threshold == 1 ? ShamirSharing.CreateInsecureSingleOpener(holders)
            : new ShamirSharing(settings.Threshold, holders);
        Sharing = new OneTimeKeySharing(scheme, settings.Parameters.RingDegree);
        Sizes = new SuiteSizes
        {
            ChunkBytes = settings.Parameters.WireChunkBytes,
            EntryKeyBytes = RoundOpeningEntry.PublicKeySize,
            HasShares = true,
            ShareBytes = ShareLayout.CiphertextBytes(Sharing.PayloadBytes),
            ProofBytes = Sharing.ProofBytes,
            LinearDigestBytes = LinearDigestParameters.DigestBytes,
            AnswerBytes = Sharing.AnswerBytes,
        };
    }

    public OneTimeKeySharing Sharing { get; }

    public override SuiteSizes Sizes { get; }

    public override void Require(RoundOpeningEntry entry) => SealingKey.Require(entry.PublicKey.Span, entry.Signer);

    public override void Require(Release release)
    {
        try
        {
            foreach (ReadOnlyMemory<byte> answer in release.Groups)
            {
                Sharing.RequireAnswer(answer.Span);
            }
        }
        catch (ThresholdViolationException refusal)
        {
            throw ThresholdViolations.From(refusal, release.Signer);
        }
    }
}

/// <summary>The layout of a plan of the one-time-key suite.</summary>
internal static class OneTimeKeyPlan
{
    extension(AggregationPlan plan)
    {
        /// <summary>The sizes of shares, proofs and answers.</summary>
        /// <exception cref="InvalidOperationException">A plan of another suite.</exception>
        public OneTimeKeySharing Sharing => (plan.Layout as OneTimeKeyLayout)?.Sharing
            ?? throw new InvalidOperationException($"the suite {plan.Suite.Name} has no one-time keys");
    }
}
