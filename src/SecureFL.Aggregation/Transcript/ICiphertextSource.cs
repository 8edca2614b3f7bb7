namespace SecureFL.Aggregation;

/// <summary>Gives an auditor the packed chunks of past rounds.</summary>
public interface ICiphertextSource
{
    /// <summary>Reads a chunk into the destination; false if it is not there or has another length.</summary>
    bool TryRead(ulong round, int client, long chunk, Span<byte> packed);
}
