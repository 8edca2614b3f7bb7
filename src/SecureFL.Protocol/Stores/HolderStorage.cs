namespace SecureFL.Protocol.Stores;

/// <summary>
/// Everything that a key holder keeps, whatever its plan's suite uses of it. Owned by one holder alone.
/// </summary>
/// <param name="Ledger">What it signed: durable, never lost, never restored from an old copy.</param>
/// <param name="RoundKeys">Private keys of undecided rounds, apart from ledger and backups.</param>
/// <param name="KeyShares">Shares of joint keys, apart from ledger and backups.</param>
/// <param name="Sums">Summed ciphertexts of undecided rounds.</param>
public sealed record HolderStorage(ILedgerStorage Ledger, ISecretStore RoundKeys, ISecretStore KeyShares,
    ISumStore Sums)
{
    /// <summary>A storage that lives as long as the process.</summary>
    /// <param name="ledger">The ledger's storage; in memory if null.</param>
    public static HolderStorage InMemory(ILedgerStorage? ledger = null) =>
        new(ledger ?? new InMemoryLedgerStorage(), new InMemorySecretStore(), new InMemorySecretStore(),
            new InMemorySumStore());
}
