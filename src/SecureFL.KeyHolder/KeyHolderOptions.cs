using SecureFL.Consortium.Parties;

namespace SecureFL.KeyHolder;

/// <summary>
/// What a key holder is told about itself. Its state folder holds the ledger of what was signed. Immutable.
/// </summary>
public sealed record KeyHolderOptions : ConsortiumPartyOptions
{
    /// <summary>
    /// Where keys of undecided rounds live, outside ledger and backups; null for a folder in the state folder.
    /// </summary>
    public string? KeysFolder { get; init; }

    /// <summary>The clock that agreement windows are told by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
