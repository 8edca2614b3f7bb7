namespace SecureFL.Messages.Wire;

/// <summary>The first byte of every message.</summary>
public enum MessageType
{
    /// <summary>A signed plan.</summary>
    Plan = 1,

    /// <summary>A link of the model chain.</summary>
    ModelVersion = 2,

    /// <summary>A key holder's entry for a round.</summary>
    RoundOpeningEntry = 3,

    /// <summary>The entries of a round.</summary>
    RoundOpening = 4,

    /// <summary>One packed ciphertext chunk.</summary>
    ContributionChunk = 5,

    /// <summary>What a client signs.</summary>
    ContributionStatement = 6,

    /// <summary>Statement and all share ciphertexts, client to server.</summary>
    ContributionHeader = 7,

    /// <summary>Statement and one share ciphertext, server to key holder.</summary>
    ShareDelivery = 8,

    /// <summary>A key holder has checked a share.</summary>
    Receipt = 9,

    /// <summary>The set of a round, before agreement.</summary>
    CertificateProposal = 10,

    /// <summary>A key holder's vote for a proposal.</summary>
    Vote = 11,

    /// <summary>A proposal with its votes.</summary>
    RoundCertificate = 12,

    /// <summary>A key holder's sums of shares.</summary>
    Release = 13,

    /// <summary>Never released, never will be.</summary>
    RoundDeath = 14,

    /// <summary>A starting key holder asks for ledger heads.</summary>
    LedgerHeadRequest = 15,

    /// <summary>What a peer knows about a key holder's past.</summary>
    LedgerHead = 16,

    /// <summary>A signed record of the transcript.</summary>
    TranscriptRecord = 17,

    /// <summary>Deaths enough to free a base version.</summary>
    RoundDeathCertificate = 18,

    /// <summary>What a client fetches to take part.</summary>
    RoundInvitation = 19,

    /// <summary>Digests of what a round opened to.</summary>
    RoundSum = 20,

    /// <summary>A key holder's entry for a key epoch.</summary>
    KeyEpochEntry = 21,

    /// <summary>The entries of a key epoch.</summary>
    KeyEpochOpening = 22,

    /// <summary>A key holder's promise of its public key share.</summary>
    PublicKeyCommitment = 23,

    /// <summary>The commitments of a key epoch.</summary>
    KeyEpochCommitments = 24,

    /// <summary>A key holder's share of the joint public key.</summary>
    PublicKeyShare = 25,

    /// <summary>What a key holder signs about the shares of its secret.</summary>
    KeyDealing = 26,

    /// <summary>A share of one key holder's secret for another.</summary>
    SealedKeyShare = 27,

    /// <summary>A key holder keeps its part of the joint key.</summary>
    KeyEpochConfirmation = 28,

    /// <summary>A key epoch that all key holders signed.</summary>
    KeyEpochRecord = 29,

    /// <summary>The joint public key.</summary>
    JointPublicKeyMessage = 30,

    /// <summary>Half a summed ciphertext chunk, server to active key holder.</summary>
    SummedCiphertext = 32,

    /// <summary>An active key holder's partial decryption of a chunk.</summary>
    PartialDecryptionChunk = 33,

    /// <summary>The server asks a key holder for a message.</summary>
    HolderRequest = 34,

    /// <summary>What lets a client check an opened sum, server to client.</summary>
    SumEvidence = 35,

    /// <summary>A key holder's promise to sign nothing more of the plan.</summary>
    ClosingStatement = 36,

    /// <summary>The end of a transcript.</summary>
    TranscriptClosing = 37,
}

/// <summary>Types of messages for people.</summary>
public static class MessageTypes
{
    /// <summary>A task of a key holder in lower-case words: to take a message, or to give one.</summary>
    /// <param name="type">The type of the message.</param>
    /// <param name="asked">Whether the holder is asked for it.</param>
    public static string ToTaskWords(this MessageType type, bool asked) =>
        $"{(asked ? "to give " : "")}{ProtocolMessage.NameOf(type).Replace('-', ' ')}";
}
