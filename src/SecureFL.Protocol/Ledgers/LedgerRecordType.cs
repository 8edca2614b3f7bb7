namespace SecureFL.Protocol.Ledgers;

/// <summary>What a ledger record says.</summary>
internal enum LedgerRecordType : byte
{
    /// <summary>The plan and holder that the ledger belongs to: the first record.</summary>
    Binding = 1,

    /// <summary>A link of the model chain.</summary>
    Version = 2,

    /// <summary>The holder's entry of a round, with the time of its recording.</summary>
    Entry = 3,

    /// <summary>The holder's vote, with the opening, the proposal and the listed base models.</summary>
    Vote = 4,

    /// <summary>The holder's release, with the certificate that it saw.</summary>
    Release = 5,

    /// <summary>The holder's death of a round.</summary>
    Death = 6,

    /// <summary>Enough deaths of a round.</summary>
    DeathCertificate = 7,

    /// <summary>The holder's closing statement.</summary>
    Closing = 128,

    /// <summary>From here on to 127 the suite's own (<see cref="Plans.ISuiteLedger"/>).</summary>
    FirstOfSuite = 8,
}
