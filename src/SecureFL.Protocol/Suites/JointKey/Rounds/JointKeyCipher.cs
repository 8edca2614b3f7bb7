using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>Encryption under the joint public key: the header is the signed statement alone. Not thread-safe.</summary>
internal sealed class JointKeyCipher : IContributionCipher
{
    private readonly ContributionTerms _terms;
    private readonly JointKeyEncryptor _encryptor;

    public JointKeyCipher(ContributionTerms terms, JointKeyEpoch epoch)
    {
        epoch.Require(terms.Opening);
        _terms = terms;
        _encryptor = new JointKeyEncryptor(terms.Plan.Parameters, epoch.Key, terms.Entropy, terms.Rounding,
            terms.RoundingSeed);
    }

    public long ClippedCount => _encryptor.ClippedCount;

    /// <summary>An encryption of zero ahead of any chunk.</summary>
    public void PrepareMask(long chunk) => _encryptor.PrepareChunk();

    public void EncryptChunk(long chunk, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers, Span<byte> packed) =>
        _encryptor.EncryptChunk(chunk, floats, integers, packed);

    public ContributionHeader CreateHeader(Digest root, ReadOnlyMemory<byte> linearDigest) =>
        new(ContributionStatement.Create(_terms.Opening.Context, _terms.Opening.Hash, _terms.Client,
            _terms.BaseVersion, root, ContributionDigest.HashOf(linearDigest.Span), [], [], _terms.Identity), [],
            linearDigest);

    public void Dispose() => _encryptor.Dispose();
}
