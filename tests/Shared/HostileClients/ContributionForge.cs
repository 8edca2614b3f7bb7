using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Quantization;
using SecureFL.Threshold.HybridEncryption;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Testing;

/// <summary>A malicious client: well-signed contributions whose content is what the test wants.</summary>
internal sealed class ContributionForge
{
    /// <summary>Changes the secret that is shared; the ciphertext keeps its own.</summary>
    public Action<int[]>? Secret { get; init; }

    /// <summary>Changes the payload that is sealed to a holder.</summary>
    public Action<int, byte[]>? Payload { get; init; }

    /// <summary>Changes the proof before it is signed.</summary>
    public Action<byte[]>? Proof { get; init; }

    /// <summary>Changes a packed chunk before it is hashed.</summary>
    public Action<byte[]>? Chunk { get; init; }

    /// <summary>Seals to this holder instead of the right one.</summary>
    public Func<RoundOpeningEntry, RoundOpeningEntry>? Recipient { get; init; }

    /// <summary>Uses these public polynomials instead of the derived ones.</summary>
    public byte[]? Seed { get; init; }

    /// <summary>Claims this base version.</summary>
    public Digest? BaseVersion { get; init; }

    /// <summary>Signs and sends another linear digest than that of the chunks.</summary>
    public Func<byte[], byte[]>? LinearDigest { get; init; }

    public Contribution Create(AggregationPlan plan, RoundInvitation invitation, int client, SigningIdentity key,
        float[] vector)
    {
        RoundOpening opening = invitation.Opening;
        using ContributionEncryptor encryptor =
            new(plan.Parameters, Seed ?? PublicSeed.Of(opening), SystemEntropy.Instance, Rounding.Nearest);
        VectorLayout layout = new(plan);
        using ContributionRoot root = new(plan);
        using ContributionDigest digest = new(plan);
        List<ContributionChunk> chunks = [];
        for (long c = 0; c < plan.Parameters.ChunkCount; c++)
        {
            byte[] packed = new byte[plan.Parameters.ChunkBytes];
            encryptor.EncryptChunk(c, layout.Floats(c, vector),
                layout.Integers(c, new int[plan.Parameters.IntegerLength]), packed);
            Chunk?.Invoke(packed);
            root.Append(packed);
            digest.Append(c, packed);
            chunks.Add(new ContributionChunk(opening.Context, client, c, packed));
        }

        int[] secret = new int[plan.Parameters.RingDegree];
        encryptor.ExportSecret(secret);
        Secret?.Invoke(secret);
        ContributionHeader header = Seal(plan, opening, client, key, BaseVersion ?? invitation.Base.Hash,
            root.Finish(), LinearDigest?.Invoke(digest.Finish()) ?? digest.Finish(), secret);
        return new Contribution(header, [.. chunks]);
    }

    public ContributionHeader Seal(AggregationPlan plan, RoundOpening opening, int client, SigningIdentity key,
        Digest baseVersion, Digest root, byte[] linearDigest, int[] secret)
    {
        using OneTimeKeyShares shares = plan.Sharing.DealShares(secret, SystemEntropy.Instance);
        List<ReadOnlyMemory<byte>> ciphertexts = [];
        foreach (RoundOpeningEntry entry in opening.Entries)
        {
            byte[] payload = new byte[plan.Sharing.PayloadBytes];
            shares.WritePayload(entry.Holder + 1, payload);
            Payload?.Invoke(entry.Holder, payload);
            RoundOpeningEntry recipient = Recipient?.Invoke(entry) ?? entry;
            byte[] aad = ShareContext.AssociatedData(opening.Context, opening.Hash, client, entry.Holder, root);
            ciphertexts.Add(Hpke.Seal(HpkePublicKey.Parse(recipient.PublicKey.Span), ShareContext.Info(opening.Context),
                aad, payload, SystemEntropy.Instance));
        }

        Digest[] hashes = [.. ciphertexts.Select(c => ShareLayout.HashOf(c.Span))];
        byte[] challenge = ShareChallengeHash.Of(opening.Context, opening.Hash, client, baseVersion, root, [.. hashes]);
        byte[] proof = shares.CreateProof(challenge).Encode();
        Proof?.Invoke(proof);
        ContributionStatement statement = ContributionStatement.Create(
            opening.Context, opening.Hash, client, baseVersion, root, ContributionDigest.HashOf(linearDigest),
            [.. hashes], proof, key);
        return new ContributionHeader(statement, [.. ciphertexts], linearDigest);
    }
}
