using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;

namespace SecureFL.Messages.Rounds;

/// <summary>H("linear-digest", encoding): what is signed of a linear digest, a contribution's or a sum's.</summary>
internal static class LinearDigestHash
{
    private const string Domain = "linear-digest";

    public static Digest Of(ReadOnlySpan<byte> encoding) => DomainHash.Of(Domain, encoding);

    /// <summary>Refuses a linear digest that is not the one the client signed.</summary>
    public static void Require(ReadOnlySpan<byte> encoding, ContributionStatement statement)
    {
        if (statement.LinearDigest is not { } signed)
        {
            return;
        }

        Digest hash = Of(encoding);
        if (hash != signed)
        {
            throw new ProtocolViolationException(ViolationCode.DigestMismatch, statement.Signer,
                $"the linear digest {signed.ToShortString()} that the client signed", hash.ToShortString());
        }
    }
}
