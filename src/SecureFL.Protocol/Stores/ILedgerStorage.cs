namespace SecureFL.Protocol.Stores;

/// <summary>
/// An append-only list of records with one durability point. A record is durable once <see cref="Flush"/> has returned;
/// after a failure of either call the storage must not be used again in this process, since nobody knows what the
/// medium holds.
/// </summary>
public interface ILedgerStorage
{
    /// <summary>Largest record, in bytes, that a storage must take.</summary>
    const int MaxRecordBytes = 1 << 28;

    /// <summary>All records that survived, oldest first. Called once, before the first append.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> ReadAll();

    /// <summary>
    /// Appends one record. It may be lost until <see cref="Flush"/> returns, but it is never half there afterwards.
    /// </summary>
    void Append(ReadOnlySpan<byte> record);

    /// <summary>Returns only when every appended record survives a crash of process and machine.</summary>
    void Flush();
}

/// <summary>A storage that lives as long as the process: for embedding, simulation and tests. Thread-safe.</summary>
public sealed class InMemoryLedgerStorage : ILedgerStorage
{
    private readonly List<ReadOnlyMemory<byte>> _records = [];
    private readonly Lock _lock = new();

    /// <summary>An empty storage.</summary>
    public InMemoryLedgerStorage()
    {
    }

    /// <summary>A storage restored from a copy.</summary>
    public InMemoryLedgerStorage(IEnumerable<ReadOnlyMemory<byte>> records) => _records.AddRange(records);

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> ReadAll()
    {
        lock (_lock)
        {
            return [.. _records];
        }
    }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> record)
    {
        lock (_lock)
        {
            _records.Add(record.ToArray());
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
    }
}
