namespace SecureFL.Reference;

/// <summary>A message of section 8: its hash covers the body; a signature, where the type has one, follows.</summary>
internal sealed record Message(string Type, byte[] Body, byte[] Signature)
{
    private static readonly string[] Types =
    [
        "Plan", "ModelVersion", "RoundOpeningEntry", "RoundOpening", "ContributionChunk", "ContributionStatement",
        "ContributionHeader", "ShareDelivery",
        "Receipt", "CertificateProposal", "Vote", "RoundCertificate", "Release", "RoundDeath", "LedgerHeadRequest",
        "LedgerHead", "TranscriptRecord",
        "RoundDeathCertificate", "RoundInvitation", "RoundSum", "KeyEpochEntry", "KeyEpochOpening",
        "PublicKeyCommitment", "KeyEpochCommitments", "PublicKeyShare",
        "KeyDealing", "SealedKeyShare", "KeyEpochConfirmation", "KeyEpochRecord", "JointPublicKeyMessage",
        "Unassigned31", "SummedCiphertext", "PartialDecryptionChunk", "HolderRequest", "SumEvidence",
        "ClosingStatement", "TranscriptClosing",
    ];

    /// <summary>
    /// Bytes on the wire; an opening's entries are hashed as hashes and sent whole, see <see cref="Wire.Opening"/>.
    /// </summary>
    public byte[] Encoded { get; init; } = [.. Body, .. Signature];

    public byte[] Hash => DomainHash.Of(Domain(Type), Body);

    /// <summary>An unsigned message.</summary>
    public static Message Of(string type, Action<Canonical> fields) => new(type, Bytes(type, fields), []);

    /// <summary>A message signed over its hash.</summary>
    public static Message Signed(string type, KeyPair signer, Action<Canonical> fields)
    {
        byte[] body = Bytes(type, fields);
        return new Message(type, body, signer.Sign(DomainHash.Of(Domain(type), body)));
    }

    public static byte[] Bytes(string type, Action<Canonical> fields) => Canonical.Of(w =>
    {
        w.U8(Array.IndexOf(Types, type) + 1).U8(2);
        fields(w);
    });

    /// <summary>"RoundOpeningEntry" is hashed in the domain "round-opening-entry".</summary>
    private static string Domain(string type) =>
        string.Concat(
            type.Select((c, i) => char.IsUpper(c) && i > 0 ? "-" + char.ToLowerInvariant(c)
                : char.ToLowerInvariant(c).ToString()));
}
