using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// Share ciphertexts on the wire: 65 bytes of encapsulated key, then the sealed payload and its 16-byte tag.
/// </summary>
internal static class ShareLayout
{
    public const int EncapsulatedKeyBytes = 65;
    public const int TagBytes = 16;
    private const string CiphertextDomain = "share-ciphertext";

    /// <summary>Bytes of a sealed payload.</summary>
    public static int CiphertextBytes(int payloadBytes) => EncapsulatedKeyBytes + payloadBytes + TagBytes;

    public static Digest HashOf(ReadOnlySpan<byte> ciphertext) => DomainHash.Of(CiphertextDomain, ciphertext);

    /// <summary>Refuses a share ciphertext that is not the one the client signed at this position.</summary>
    public static void RequireHash(ReadOnlySpan<byte> ciphertext, ContributionStatement statement, int position)
    {
        Digest hash = HashOf(ciphertext);
        if (hash != statement.Shares[position])
        {
            throw new ProtocolViolationException(
                ViolationCode.ShareMismatch, statement.Signer,
                $"the share ciphertext {statement.Shares[position].ToShortString()} that the client signed",
                hash.ToShortString());
        }
    }
}
