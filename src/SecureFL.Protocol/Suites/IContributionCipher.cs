using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;

namespace SecureFL.Protocol.Suites;

/// <summary>
/// How one suite turns a client's values into ciphertexts and, in the end, into a signed header. Holds the
/// contribution's secrets: disposing erases them.
/// </summary>
public interface IContributionCipher : IDisposable
{
    /// <summary>Values that were clipped so far.</summary>
    long ClippedCount { get; }

    /// <summary>Computes ahead what does not depend on the values, where the suite has such a thing.</summary>
    void PrepareMask(long chunk);

    /// <summary>Encrypts a chunk, each once.</summary>
    void EncryptChunk(long chunk, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers, Span<byte> packed);

    /// <summary>
    /// The signed statement over root and linear digest (empty in suites without), with what the suite adds to it.
    /// </summary>
    ContributionHeader CreateHeader(Digest root, ReadOnlyMemory<byte> linearDigest);
}
