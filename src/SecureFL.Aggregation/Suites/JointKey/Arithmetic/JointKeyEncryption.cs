using SecureFL.Ckks.JointKey;
using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Planning;
using SecureFL.Encoding.Quantization;
using SecureFL.Ring.Randomness;

namespace SecureFL.Aggregation;

/// <summary>Encrypts chunks, see <see cref="JointKeyEncryptor"/>.</summary>
internal sealed class JointKeyEncryption(AggregationParameters parameters, JointPublicKey key, IEntropySource entropy, Rounding rounding, ulong? roundingSeed) : IJointKeyCipher
{
    private readonly JointKeyEncryptor _encryptor = new(parameters, key, entropy, rounding, roundingSeed);

    public long ClippedCount => _encryptor.ClippedCount;

    public void EncryptChunk(long chunk, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers, Span<byte> packed) =>
        _encryptor.EncryptChunk(chunk, floats, integers, packed);

    public void Dispose() => _encryptor.Dispose();
}
