namespace SecureFL.Aggregation;

/// <summary>What a ledger record says.</summary>
internal enum LedgerRecordType : byte
{
    /// <summary>The plan and holder that the ledger belongs to: the first record.</summary>
    Binding = 1,

    /// <summary>A link of the model chain.</summary>
    Version = 2,

    /// <summary>The holder's entry of a round.</summary>
    Entry = 3,

    /// <summary>The holder's vote, with the opening, the proposal and the listed base models.</summary>
    Vote = 4,

    /// <summary>The holder's release, with the certificate that it saw.</summary>
    Release = 5,

    /// <summary>The holder's death of a round.</summary>
    Death = 6,

    /// <summary>Enough deaths of a round.</summary>
    DeathCertificate = 7,

    /// <summary>The holder's entry of a key epoch.</summary>
    KeyEpochEntry = 8,

    /// <summary>The holder's confirmation of a joint key, whose share is stored.</summary>
    KeyEpochConfirmation = 9,

    /// <summary>The record of a key epoch: its key is in use from here on.</summary>
    KeyEpochRecord = 10,
}
