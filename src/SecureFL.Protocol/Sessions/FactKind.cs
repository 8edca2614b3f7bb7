namespace SecureFL.Protocol.Sessions;

/// <summary>
/// What a <see cref="RoundFact"/> is. Numbers below 100 are those of <see cref="Messages.Wire.MessageType"/>. Stable:
/// they are in databases.
/// </summary>
public enum FactKind
{
    /// <summary>A key holder's entry, by holder.</summary>
    Entry = 3,

    /// <summary>The header of an accepted contribution, by client.</summary>
    Header = 7,

    /// <summary>The fixed set.</summary>
    Proposal = 10,

    /// <summary>A vote, by holder.</summary>
    Vote = 11,

    /// <summary>The agreed set.</summary>
    Certificate = 12,

    /// <summary>A release, by holder.</summary>
    Release = 13,

    /// <summary>A promise never to release, by holder.</summary>
    Death = 14,

    /// <summary>The proof that the round will never open.</summary>
    DeathCertificate = 18,

    /// <summary>What clients fetch.</summary>
    Invitation = 19,

    /// <summary>Root of the upload that a client has begun, by client; without bytes: the upload is given up.</summary>
    UploadRoot = 100,

    /// <summary>The client withdrew, by client.</summary>
    Withdrawn = 101,

    /// <summary>Why the round is to die, UTF-8.</summary>
    Abort = 102,

    /// <summary>The holder took the death certificate, by holder.</summary>
    DeathTaken = 103,

    /// <summary>An operator closed the round.</summary>
    CloseAsked = 104,
}
