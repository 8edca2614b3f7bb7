using System.Buffers.Binary;
using SecureFL.Messages.Primitives;

namespace SecureFL.Protocol.Summation;

/// <summary>H("group-sum", u64 group || i64 sums in order), as the sums stream by. Not thread-safe.</summary>
public sealed class GroupSumHash : IDisposable
{
    private readonly DomainHash _hash = new("group-sum");
    private readonly byte[] _block = new byte[8 * 1024];

    /// <summary>The hash of a group's sums, none of them yet.</summary>
    public GroupSumHash(int group) => _hash.Append((ulong)group);

    /// <summary>Takes the next sums.</summary>
    public void Append(ReadOnlySpan<long> sums)
    {
        while (!sums.IsEmpty)
        {
            int count = Math.Min(sums.Length, _block.Length / 8);
            for (int i = 0; i < count; i++)
            {
                BinaryPrimitives.WriteInt64BigEndian(_block.AsSpan(8 * i), sums[i]);
            }

            _hash.Append(_block.AsSpan(0, 8 * count));
            sums = sums[count..];
        }
    }

    /// <summary>The digest of all sums. Once.</summary>
    public Digest Finish() => _hash.Finish();

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
