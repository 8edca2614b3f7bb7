namespace SecureFL.Protocol.Stores;

/// <summary>
/// Where a server keeps packed chunks until their sum is fixed: on disk in production, so that memory stays at one
/// chunk an upload. Chunks of one client arrive in order. Where uploads run at the same time, the store must stand
/// calls for different clients at the same time.
/// </summary>
public interface IContributionStore
{
    /// <summary>Stores a chunk.</summary>
    void Write(int client, long chunk, ReadOnlySpan<byte> packed);

    /// <summary>Reads a stored chunk.</summary>
    void Read(int client, long chunk, Span<byte> packed);

    /// <summary>Forgets all chunks of a client.</summary>
    void Remove(int client);
}

/// <summary>A store in memory, which uses the memory of removed chunks again. Not thread-safe.</summary>
public sealed class InMemoryContributionStore : IContributionStore
{
    private readonly Dictionary<int, List<byte[]>> _chunks = [];
    private readonly Stack<byte[]> _free = [];

    /// <summary>Chunks that are stored of a client.</summary>
    public long Count(int client) => _chunks.TryGetValue(client, out List<byte[]>? chunks) ? chunks.Count : 0;

    /// <inheritdoc/>
    public void Write(int client, long chunk, ReadOnlySpan<byte> packed)
    {
        if (!_chunks.TryGetValue(client, out List<byte[]>? chunks))
        {
            _chunks.Add(client, chunks = []);
        }

        if (chunk != chunks.Count)
        {
            throw new ArgumentException($"chunk {chunks.Count} comes next, not {chunk}", nameof(chunk));
        }

        byte[] copy = _free.TryPop(out byte[]? used) && used.Length == packed.Length ? used : new byte[packed.Length];
        packed.CopyTo(copy);
        chunks.Add(copy);
    }

    /// <inheritdoc/>
    public void Read(int client, long chunk, Span<byte> packed) => _chunks[client][checked((int)chunk)].CopyTo(packed);

    /// <inheritdoc/>
    public void Remove(int client)
    {
        if (_chunks.Remove(client, out List<byte[]>? chunks))
        {
            chunks.ForEach(_free.Push);
        }
    }
}
