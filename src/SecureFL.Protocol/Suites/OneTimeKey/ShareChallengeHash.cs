using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>
/// The 32 bytes from which the weights of the degree check are drawn: a hash of context, opening, client, base version,
/// root and every share ciphertext (Fiat-Shamir), so that nobody can fit shares to weights. Each holder computes it; it
/// is never received.
/// </summary>
internal static class ShareChallengeHash
{
    private const string Domain = "share-challenge";

    public static byte[] Of(RoundContext context, Digest opening, int client, Digest baseVersion, Digest root,
        ImmutableArray<Digest> shares)
    {
        CanonicalWriter writer = new();
        context.Write(writer);
        writer.Digest(opening);
        writer.Count(client);
        writer.Digest(baseVersion);
        writer.Digest(root);
        writer.Count(shares.Length);
        foreach (Digest share in shares)
        {
            writer.Digest(share);
        }

        return DomainHash.Of(Domain, writer.Written).ToArray();
    }

    public static byte[] Of(ContributionStatement statement) =>
        Of(statement.Context, statement.Opening, statement.Client, statement.BaseVersion, statement.Root,
            statement.Shares);
}
