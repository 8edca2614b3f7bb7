namespace SecureFL.KeyHolder.Reporting;

/// <summary>What a key holder did.</summary>
public enum KeyHolderStage
{
    /// <summary>It stands at the server.</summary>
    Attending,

    /// <summary>Enough peers confirm that its ledger is not behind: it may sign.</summary>
    Confirmed,

    /// <summary>It answered a task; what it signed is in its ledger.</summary>
    Answered,

    /// <summary>It refused a task.</summary>
    Refused,

    /// <summary>The server is away, or this machine's network: the holder asks again by itself, for ever. Told at every
    /// attempt that failed.</summary>
    Waiting,
}

/// <summary>A step of a key holder. Immutable.</summary>
/// <param name="Stage">What it did.</param>
/// <param name="Detail">The task, or the reason.</param>
public sealed record KeyHolderProgress(KeyHolderStage Stage, string Detail)
{
    /// <summary>Since when the holder waits for the server; null where it does not.</summary>
    public DateTimeOffset? Since { get; init; }
}
