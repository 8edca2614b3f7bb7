using System.Buffers.Binary;

namespace SecureFL.Aggregation;

/// <summary>Digests of opened sums: integers, so that everyone who recomputes them gets the same bytes.</summary>
internal static class SumDigests
{
    /// <summary>H("round-sum", certificate hash || for each group: opened flag || digest).</summary>
    public static Digest OfRound(Digest certificate, IEnumerable<GroupResult> groups)
    {
        using DomainHash hash = new("round-sum");
        hash.Append(certificate);
        foreach (GroupResult group in groups)
        {
            hash.Append([group.IsOpened ? (byte)1 : (byte)0]);
            hash.Append(group.Digest);
        }

        return hash.Finish();
    }

    /// <summary>H("model", old model || sum): the model of an application that keeps none.</summary>
    public static Digest DefaultModel(Digest model, Digest sum)
    {
        using DomainHash hash = new("model");
        hash.Append(model);
        hash.Append(sum);
        return hash.Finish();
    }
}

/// <summary>H("group-sum", u64 group || i64 sums in order), as the sums stream by. Not thread-safe.</summary>
internal sealed class GroupSumHash : IDisposable
{
    private readonly DomainHash _hash = new("group-sum");
    private readonly byte[] _block = new byte[8 * 1024];

    public GroupSumHash(int group) => _hash.Append((ulong)group);

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

    public Digest Finish() => _hash.Finish();

    public void Dispose() => _hash.Dispose();
}
