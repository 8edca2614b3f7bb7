using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Quantization;
using SecureFL.Ring.Randomness;

namespace SecureFL.Aggregation;

/// <summary>Encryption under the joint public key: the header is the signed statement alone. Not thread-safe.</summary>
internal sealed class JointKeyCipher : IContributionCipher
{
    private readonly RoundOpening _opening;
    private readonly int _client;
    private readonly Digest _baseVersion;
    private readonly SigningIdentity _identity;
    private readonly JointKeyEncryptor _encryptor;

    public JointKeyCipher(
        AggregationPlan plan,
        RoundOpening opening,
        int client,
        Digest baseVersion,
        SigningIdentity identity,
        IEntropySource entropy,
        Rounding rounding,
        ulong? roundingSeed,
        JointKeyEpoch? epoch)
    {
        if (epoch is null)
        {
            throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
                "the key epoch of the round first", "none");
        }

        epoch.Require(opening);
        _opening = opening;
        _client = client;
        _baseVersion = baseVersion;
        _identity = identity;
        _encryptor = new JointKeyEncryptor(plan.Parameters, epoch.Key, entropy, rounding, roundingSeed);
    }

    public long ClippedCount => _encryptor.ClippedCount;

    /// <summary>An encryption of zero ahead of any chunk.</summary>
    public void PrepareMask(long chunk) => _encryptor.PrepareChunk();

    public void EncryptChunk(long chunk, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers, Span<byte> packed) =>
        _encryptor.EncryptChunk(chunk, floats, integers, packed);

    public ContributionHeader CreateHeader(Digest root) =>
        new(ContributionStatement.Create(_opening.Context, _opening.Hash, _client, _baseVersion, root, [], [],
            _identity), []);

    public void Dispose() => _encryptor.Dispose();
}
