using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Rules;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>A fresh key for one contribution, shared to the key holders with the header. Not thread-safe.</summary>
internal sealed class OneTimeKeyCipher(ContributionTerms terms) : IContributionCipher
{
    private readonly ContributionEncryptor _encryptor =
        new(terms.Plan.Parameters, PublicSeed.Of(terms.Opening), terms.Entropy, terms.Rounding, terms.RoundingSeed);

    public long ClippedCount => _encryptor.ClippedCount;

    public void PrepareMask(long chunk) => _encryptor.PrepareMask(chunk);

    public void EncryptChunk(long chunk, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers, Span<byte> packed) =>
        _encryptor.EncryptChunk(chunk, floats, integers, packed);

    public ContributionHeader CreateHeader(Digest root, ReadOnlyMemory<byte> linearDigest)
    {
        using SecretBuffer<int> secret = new(terms.Plan.Parameters.RingDegree);
        _encryptor.ExportSecret(secret.Span);
        return ShareSealer.Seal(terms, root, linearDigest, secret.Span);
    }

    public void Dispose() => _encryptor.Dispose();
}
