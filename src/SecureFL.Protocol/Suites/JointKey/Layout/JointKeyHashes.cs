using SecureFL.Messages.Primitives;
using SecureFL.Messages.Wire;

namespace SecureFL.Protocol.Suites.JointKey.Layout;

/// <summary>The hashes of the joint-key suite.</summary>
internal static class JointKeyHashes
{
    /// <summary>
    /// H("reference-seed", plan digest || session || u64 epoch || epoch opening): everybody derives a, nobody sends it.
    /// </summary>
    public static byte[] ReferenceSeed(RoundContext epoch, Digest opening)
    {
        CanonicalWriter writer = new();
        writer.Digest(epoch.Plan);
        writer.Fixed(epoch.Session.ToArray());
        writer.UInt64(epoch.Round);
        writer.Digest(opening);
        return DomainHash.Of("reference-seed", writer.Written).ToArray();
    }

    /// <summary>
    /// What a holder commits to: H("public-key-share", context || epoch opening || u32 holder || b_k).
    /// </summary>
    public static Digest PublicKeyShare(RoundContext epoch, Digest opening, int holder, ReadOnlySpan<byte> packed)
    {
        CanonicalWriter writer = new();
        epoch.Write(writer);
        writer.Digest(opening);
        writer.Count(holder);
        writer.Fixed(packed);
        return DomainHash.Of("public-key-share", writer.Written);
    }

    public static Digest SealedShare(ReadOnlySpan<byte> ciphertext) =>
        DomainHash.Of("key-share-ciphertext", ciphertext);

    /// <summary>
    /// The challenge of a dealing: H("key-share-challenge", context || commitments || u32 dealer || u32 count || hashes
    /// of the sealed shares).
    /// </summary>
    public static byte[] KeyShareChallenge(RoundContext epoch, Digest commitments, int dealer,
        ReadOnlySpan<Digest> shares)
    {
        CanonicalWriter writer = new();
        epoch.Write(writer);
        writer.Digest(commitments);
        writer.Count(dealer);
        writer.Count(shares.Length);
        foreach (Digest share in shares)
        {
            writer.Digest(share);
        }

        return DomainHash.Of("key-share-challenge", writer.Written).ToArray();
    }

    public static Digest JointPublicKey(ReadOnlySpan<byte> packed) => DomainHash.Of("joint-public-key", packed);

    /// <summary>One half of one chunk, c0 or c1, of a contribution or of a sum.</summary>
    public static Digest Half(ReadOnlySpan<byte> packed) => DomainHash.Of("ciphertext-half", packed);

    /// <summary>
    /// H("contribution-chunk", u64 index || half hash of c0 || half hash of c1): whoever holds one half needs 32 bytes
    /// of the other.
    /// </summary>
    public static Digest ContributionChunk(long index, Digest first, Digest second)
    {
        using DomainHash hash = new("contribution-chunk");
        hash.Append((ulong)index);
        hash.Append(first);
        hash.Append(second);
        return hash.Finish();
    }

    /// <summary>What the smudging noise of a group is bound to: H("smudging", certificate hash || u64 group).</summary>
    public static byte[] SmudgingContext(Digest certificate, int group)
    {
        using DomainHash hash = new("smudging");
        hash.Append(certificate);
        hash.Append((ulong)group);
        return hash.Finish().ToArray();
    }
}

/// <summary>
/// The root over the chunks of a group's summed c1 as they stream by: H("ciphertext-sum", u64 count || half hashes in
/// order). Two sums are the same exactly if their roots are. Not thread-safe.
/// </summary>
internal sealed class SumRoot : IDisposable
{
    private readonly DomainHash _hash = new("ciphertext-sum");
    private readonly long _count;
    private long _next;

    public SumRoot(long count)
    {
        _hash.Append((ulong)count);
        _count = count;
    }

    public void Append(Digest half)
    {
        _next++;
        _hash.Append(half);
    }

    public Digest Finish() => _next == _count ? _hash.Finish()
        : throw new InvalidOperationException($"{_next} of {_count} halves were hashed");

    public void Dispose() => _hash.Dispose();
}
