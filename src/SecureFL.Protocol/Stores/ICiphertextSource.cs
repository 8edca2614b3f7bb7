namespace SecureFL.Protocol.Stores;

/// <summary>Gives an auditor the packed chunks of past rounds.</summary>
public interface ICiphertextSource
{
    /// <summary>Reads a chunk into the destination; false if it is not there or has another length.</summary>
    bool TryRead(ulong round, int client, long chunk, Span<byte> packed);

    /// <summary>
    /// Reads a chunk of a key holder's partial decryption of a group (joint-key suite) into the destination; false if
    /// it is not there or has another length.
    /// </summary>
    bool TryReadPartial(ulong round, int holder, int group, long chunk, Span<byte> packed) => false;
}
