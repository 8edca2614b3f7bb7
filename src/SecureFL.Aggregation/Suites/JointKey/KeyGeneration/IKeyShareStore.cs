using System.Security.Cryptography;

namespace SecureFL.Aggregation;

/// <summary>
/// Where a key holder keeps its shares of joint keys: outside ledger and backups, readable by its owner alone. t stolen
/// shares of one key open every ciphertext under it.
/// </summary>
public interface IKeyShareStore
{
    /// <summary>Epochs with a share.</summary>
    IReadOnlyList<ulong> Epochs { get; }

    /// <summary>Stores the share of an epoch; durable when it returns. Replaces a former one.</summary>
    void Save(ulong epoch, ReadOnlySpan<byte> share);

    /// <summary>Reads the share of an epoch into the destination; false if there is none of that length.</summary>
    bool TryLoad(ulong epoch, Span<byte> share);

    /// <summary>Overwrites and removes the share of an epoch, if there is one.</summary>
    void Erase(ulong epoch);
}

/// <summary>Key shares that live as long as the process. Thread-safe.</summary>
public sealed class InMemoryKeyShareStore : IKeyShareStore
{
    private readonly Dictionary<ulong, byte[]> _shares = [];
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public IReadOnlyList<ulong> Epochs
    {
        get
        {
            lock (_lock)
            {
                return [.. _shares.Keys];
            }
        }
    }

    /// <inheritdoc/>
    public void Save(ulong epoch, ReadOnlySpan<byte> share)
    {
        Erase(epoch);
        byte[] copy = GC.AllocateArray<byte>(share.Length, pinned: true);
        share.CopyTo(copy);
        lock (_lock)
        {
            _shares[epoch] = copy;
        }
    }

    /// <inheritdoc/>
    public bool TryLoad(ulong epoch, Span<byte> share)
    {
        lock (_lock)
        {
            if (!_shares.TryGetValue(epoch, out byte[]? known) || known.Length != share.Length)
            {
                return false;
            }

            known.CopyTo(share);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Erase(ulong epoch)
    {
        lock (_lock)
        {
            if (_shares.Remove(epoch, out byte[]? share))
            {
                CryptographicOperations.ZeroMemory(share);
            }
        }
    }
}
