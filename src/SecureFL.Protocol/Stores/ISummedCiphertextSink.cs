namespace SecureFL.Protocol.Stores;

/// <summary>
/// Receives the summed ciphertexts of a round as those who check them fetch them: the groups whose key sum is within
/// bound, in order, chunk after chunk, packed and not reduced.
/// </summary>
public interface ISummedCiphertextSink
{
    /// <summary>Takes the next packed chunk; its memory is used again.</summary>
    /// <param name="packed">Words of as many bits as n (p - 1) has, n being the clients of the group.</param>
    void Accept(ReadOnlySpan<byte> packed);
}
