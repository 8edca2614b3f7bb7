using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Summation;

/// <summary>
/// The linear digest of a contribution, computed as its chunks stream by; empty in suites without. Not thread-safe.
/// </summary>
internal sealed class ContributionDigest : IDisposable
{
    private readonly LinearDigestBuilder? _builder;

    public ContributionDigest(AggregationPlan plan) =>
        _builder = plan.DigestKey is { } key ? LinearDigestBuilder.OfContribution(key, plan.Parameters) : null;

    /// <summary>Takes a chunk whose residues are below their primes.</summary>
    public void Append(long chunk, ReadOnlySpan<byte> packed) => _builder?.Append(chunk, packed);

    /// <summary>The canonical digest of all chunks. Once.</summary>
    public byte[] Finish() => _builder?.Complete().ToBytes() ?? [];

    public void Dispose() => _builder?.Dispose();

    /// <summary>The hash of a contribution's digest; null where there is none.</summary>
    public static Digest? HashOf(ReadOnlySpan<byte> digest) => digest.IsEmpty ? null : LinearDigestHash.Of(digest);

    /// <summary>Reads a contribution's digest as a client sent it.</summary>
    /// <exception cref="ProtocolViolationException">A word that is not below its prime.</exception>
    public static LinearDigest Read(ReadOnlySpan<byte> digest, ContributionStatement statement)
    {
        try
        {
            return LinearDigest.Parse(digest);
        }
        catch (FormatException fault)
        {
            throw new ProtocolViolationException(ViolationCode.OutOfRange, statement.Signer,
                "a linear digest of words below their primes", fault.Message);
        }
    }

    /// <summary>The hash of the sum of a group's digests: what key holders sign and clients compare.</summary>
    public static Digest HashOfSum(IEnumerable<LinearDigest> digests) =>
        LinearDigestHash.Of(LinearDigest.Sum(digests).ToBytes());
}
