using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Summation;

/// <summary>
/// The linear digest of a contribution, computed as its chunks stream by; under a joint key two, of the halves c0 and
/// c1; empty in suites without. Not thread-safe.
/// </summary>
internal sealed class ContributionDigest : IDisposable
{
    private readonly ImmutableArray<LinearDigestBuilder> _builders;
    private readonly int _polynomialBytes;

    public ContributionDigest(AggregationPlan plan)
    {
        _polynomialBytes = plan.Parameters.PolynomialBytes;
        _builders = plan.DigestKey is not { } key ? []
            :
            [
                .. Enumerable.Range(0, plan.Parameters.Polynomials)
                    .Select(_ => LinearDigestBuilder.OfContribution(key, plan.Parameters)),
            ];
    }

    /// <summary>Takes a chunk whose residues are below their primes.</summary>
    public void Append(long chunk, ReadOnlySpan<byte> packed)
    {
        for (int i = 0; i < _builders.Length; i++)
        {
            _builders[i].Append(chunk, packed.Slice(i * _polynomialBytes, _polynomialBytes));
        }
    }

    /// <summary>The canonical digest of all chunks. Once.</summary>
    public byte[] Finish() => [.. _builders.SelectMany(builder => builder.Complete().ToBytes())];

    public void Dispose()
    {
        foreach (LinearDigestBuilder builder in _builders)
        {
            builder.Dispose();
        }
    }

    /// <summary>The hash of a contribution's digest; null where there is none.</summary>
    public static Digest? HashOf(ReadOnlySpan<byte> digest) => digest.IsEmpty ? null : LinearDigestHash.Of(digest);

    /// <summary>Reads a contribution's digest as a client sent it: one for each polynomial of a chunk.</summary>
    /// <exception cref="ProtocolViolationException">A word that is not below its prime.</exception>
    public static ImmutableArray<LinearDigest> Read(ReadOnlySpan<byte> digest, ContributionStatement statement)
    {
        var digests = ImmutableArray.CreateBuilder<LinearDigest>(digest.Length / LinearDigestParameters.DigestBytes);
        while (!digest.IsEmpty)
        {
            digests.Add(Read(digest[..LinearDigestParameters.DigestBytes], statement.Signer));
            digest = digest[LinearDigestParameters.DigestBytes..];
        }

        return digests.MoveToImmutable();
    }

    /// <summary>Reads one digest as a party sent it.</summary>
    /// <exception cref="ProtocolViolationException">A word that is not below its prime.</exception>
    public static LinearDigest Read(ReadOnlySpan<byte> digest, Party sender)
    {
        try
        {
            return LinearDigest.Parse(digest);
        }
        catch (FormatException fault)
        {
            throw new ProtocolViolationException(ViolationCode.OutOfRange, sender,
                "a linear digest of words below their primes", fault.Message);
        }
    }

    /// <summary>The hash of the sum of a group's digests: what key holders sign and clients compare.</summary>
    public static Digest HashOfSum(IEnumerable<LinearDigest> digests) =>
        LinearDigestHash.Of(LinearDigest.Sum(digests).ToBytes());
}
