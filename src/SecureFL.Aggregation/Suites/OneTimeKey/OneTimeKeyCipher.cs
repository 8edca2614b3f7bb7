using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Quantization;
using SecureFL.Ring.Randomness;

namespace SecureFL.Aggregation;

/// <summary>A fresh key for one contribution, shared to the key holders with the header. Not thread-safe.</summary>
internal sealed class OneTimeKeyCipher(
    AggregationPlan plan,
    RoundOpening opening,
    int client,
    Digest baseVersion,
    SigningIdentity identity,
    IEntropySource entropy,
    Rounding rounding,
    ulong? roundingSeed) : IContributionCipher
{
    private readonly ContributionEncryptor _encryptor =
        new(plan.Parameters, PublicSeed.Of(opening), entropy, rounding, roundingSeed);

    public long ClippedCount => _encryptor.ClippedCount;

    public void PrepareMask(long chunk) => _encryptor.PrepareMask(chunk);

    public void EncryptChunk(long chunk, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers, Span<byte> packed) =>
        _encryptor.EncryptChunk(chunk, floats, integers, packed);

    public ContributionHeader CreateHeader(Digest root)
    {
        using SecretBuffer<int> secret = new(plan.Parameters.RingDegree);
        _encryptor.ExportSecret(secret.Span);
        return ShareSealer.Seal(plan, opening, client, baseVersion, root, secret.Span, identity, entropy);
    }

    public void Dispose() => _encryptor.Dispose();
}
