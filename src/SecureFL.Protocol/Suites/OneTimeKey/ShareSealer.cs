using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold.HybridEncryption;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>
/// The client's side of sharing: one sealed share for each holder of the opening, and the proof that they are
/// consistent.
/// </summary>
internal static class ShareSealer
{
    /// <param name="terms">What the contribution is made of, its opening checked.</param>
    /// <param name="root">Root over the chunks.</param>
    /// <param name="linearDigest">Their linear digest.</param>
    /// <param name="secret">The N coefficients; the caller erases them.</param>
    public static ContributionHeader Seal(ContributionTerms terms, Digest root, ReadOnlyMemory<byte> linearDigest,
        ReadOnlySpan<int> secret)
    {
        AggregationPlan plan = terms.Plan;
        RoundOpening opening = terms.Opening;
        IEntropySource entropy = terms.Entropy;
        RoundContext context = opening.Context;
        byte[] info = ShareContext.Info(context);
        using OneTimeKeyShares shares = plan.Sharing.DealShares(secret, entropy);
        using SecretBuffer<byte> payload = new(plan.Sharing.PayloadBytes);
        var ciphertexts = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(opening.Entries.Length);
        foreach (RoundOpeningEntry entry in opening.Entries)
        {
            shares.WritePayload(ShareContext.SharePoint(entry.Holder), payload.Span);
            byte[] aad = ShareContext.AssociatedData(context, opening.Hash, terms.Client, entry.Holder, root);
            ciphertexts.Add(Hpke.Seal(HpkePublicKey.Parse(entry.PublicKey.Span), info, aad, payload.Span, entropy));
        }

        ImmutableArray<Digest> hashes = [.. ciphertexts.Select(c => ShareLayout.HashOf(c.Span))];
        byte[] challenge =
            ShareChallengeHash.Of(context, opening.Hash, terms.Client, terms.BaseVersion, root, hashes);
        byte[] proof = shares.CreateProof(challenge).Encode();
        ContributionStatement statement =
            ContributionStatement.Create(context, opening.Hash, terms.Client, terms.BaseVersion, root,
                ContributionDigest.HashOf(linearDigest.Span), hashes, proof, terms.Identity);
        return new ContributionHeader(statement, ciphertexts.MoveToImmutable(), linearDigest);
    }
}
