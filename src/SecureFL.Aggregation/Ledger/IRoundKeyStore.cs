using System.Security.Cryptography;

namespace SecureFL.Aggregation;

/// <summary>
/// Where a key holder keeps the private HPKE keys of undecided rounds: outside ledger and backups, since whoever finds
/// an old key opens the shares of its recorded round. Keys survive restarts and are erased once the round is decided or
/// dead.
/// </summary>
public interface IRoundKeyStore
{
    /// <summary>Rounds with a key.</summary>
    IReadOnlyList<ulong> Rounds { get; }

    /// <summary>Stores a round's key; durable when it returns. Replaces a former one.</summary>
    void Save(ulong round, ReadOnlySpan<byte> privateKey);

    /// <summary>Reads a round's key into the destination; false if there is none.</summary>
    bool TryLoad(ulong round, Span<byte> privateKey);

    /// <summary>Overwrites and removes a round's key, if there is one.</summary>
    void Erase(ulong round);
}

/// <summary>Keys that live as long as the process. Thread-safe.</summary>
public sealed class InMemoryRoundKeyStore : IRoundKeyStore
{
    private readonly Dictionary<ulong, byte[]> _keys = [];
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public IReadOnlyList<ulong> Rounds
    {
        get
        {
            lock (_lock)
            {
                return [.. _keys.Keys];
            }
        }
    }

    /// <inheritdoc/>
    public void Save(ulong round, ReadOnlySpan<byte> privateKey)
    {
        Erase(round);
        byte[] copy = GC.AllocateArray<byte>(privateKey.Length, pinned: true);
        privateKey.CopyTo(copy);
        lock (_lock)
        {
            _keys[round] = copy;
        }
    }

    /// <inheritdoc/>
    public bool TryLoad(ulong round, Span<byte> privateKey)
    {
        lock (_lock)
        {
            if (!_keys.TryGetValue(round, out byte[]? key) || key.Length != privateKey.Length)
            {
                return false;
            }

            key.CopyTo(privateKey);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Erase(ulong round)
    {
        lock (_lock)
        {
            if (_keys.Remove(round, out byte[]? key))
            {
                CryptographicOperations.ZeroMemory(key);
            }
        }
    }
}
