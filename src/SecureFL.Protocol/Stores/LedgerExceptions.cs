namespace SecureFL.Protocol.Stores;

/// <summary>
/// The ledger cannot be used: damaged, of another plan, or a write to it failed. The environment's fault, not a peer's.
/// </summary>
public sealed class LedgerUnavailableException : Exception
{
    internal LedgerUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>
/// The ledger is behind what its own key holder has signed before, or nobody has confirmed yet that it is not. The
/// holder signs nothing. A holder restored from an old copy ends here.
/// </summary>
public sealed class StaleLedgerException : Exception
{
    internal StaleLedgerException(bool isBehind, string message)
        : base(message) => IsBehind = isBehind;

    /// <summary>
    /// True: a peer showed a signature of this holder that the ledger does not know. False: too few peers have answered
    /// yet.
    /// </summary>
    public bool IsBehind { get; }
}
