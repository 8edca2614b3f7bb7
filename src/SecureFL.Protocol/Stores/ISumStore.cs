namespace SecureFL.Protocol.Stores;

/// <summary>
/// Where an active key holder keeps the summed ciphertexts of undecided rounds between its vote and the last byte of
/// its release: O(model) bytes, no secret. What is lost is sent again; what comes back is hashed before it is used.
/// </summary>
public interface ISumStore
{
    /// <summary>Stores the summed c1 of a chunk of a group.</summary>
    void Write(ulong round, int group, long chunk, ReadOnlySpan<byte> packed);

    /// <summary>Reads a stored chunk; false if it is not there.</summary>
    bool TryRead(ulong round, int group, long chunk, Span<byte> packed);

    /// <summary>Forgets a round.</summary>
    void Remove(ulong round);
}

/// <summary>Sums in memory. Thread-safe.</summary>
public sealed class InMemorySumStore : ISumStore
{
    private readonly Dictionary<(ulong Round, int Group, long Chunk), byte[]> _chunks = [];
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public void Write(ulong round, int group, long chunk, ReadOnlySpan<byte> packed)
    {
        lock (_lock)
        {
            _chunks[(round, group, chunk)] = packed.ToArray();
        }
    }

    /// <inheritdoc/>
    public bool TryRead(ulong round, int group, long chunk, Span<byte> packed)
    {
        lock (_lock)
        {
            if (!_chunks.TryGetValue((round, group, chunk), out byte[]? known) || known.Length != packed.Length)
            {
                return false;
            }

            known.CopyTo(packed);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Remove(ulong round)
    {
        lock (_lock)
        {
            foreach ((ulong, int, long) key in _chunks.Keys.Where(key => key.Round == round).ToArray())
            {
                _chunks.Remove(key);
            }
        }
    }
}
