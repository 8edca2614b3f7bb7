using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
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
    /// <param name="plan">The plan.</param>
    /// <param name="opening">A checked opening.</param>
    /// <param name="client">The client's plan index.</param>
    /// <param name="baseVersion">Digest of the base version.</param>
    /// <param name="root">Root over the chunks.</param>
    /// <param name="secret">The N coefficients; the caller erases them.</param>
    /// <param name="identity">Signs the statement.</param>
    /// <param name="entropy">Seeds sharing and sealing.</param>
    public static ContributionHeader Seal(
        AggregationPlan plan,
        RoundOpening opening,
        int client,
        Digest baseVersion,
        Digest root,
        ReadOnlySpan<int> secret,
        SigningIdentity identity,
        IEntropySource entropy)
    {
        RoundContext context = opening.Context;
        byte[] info = ShareContext.Info(context);
        using OneTimeKeyShares shares = plan.Sharing.DealShares(secret, entropy);
        using SecretBuffer<byte> payload = new(plan.Sharing.PayloadBytes);
        var ciphertexts = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(opening.Entries.Length);
        foreach (RoundOpeningEntry entry in opening.Entries)
        {
            shares.WritePayload(ShareContext.SharePoint(entry.Holder), payload.Span);
            byte[] aad = ShareContext.AssociatedData(context, opening.Hash, client, entry.Holder, root);
            ciphertexts.Add(Hpke.Seal(HpkePublicKey.Parse(entry.PublicKey.Span), info, aad, payload.Span, entropy));
        }

        ImmutableArray<Digest> hashes = [.. ciphertexts.Select(c => ShareLayout.HashOf(c.Span))];
        byte[] challenge = ShareChallengeHash.Of(context, opening.Hash, client, baseVersion, root, hashes);
        byte[] proof = shares.CreateProof(challenge).Encode();
        ContributionStatement statement =
            ContributionStatement.Create(context, opening.Hash, client, baseVersion, root, hashes, proof, identity);
        return new ContributionHeader(statement, ciphertexts.MoveToImmutable());
    }
}
