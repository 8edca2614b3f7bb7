namespace SecureFL.Protocol.Stores;

/// <summary>Receives opened sums piece by piece.</summary>
public interface ISumSink
{
    /// <summary>
    /// Takes the integer sums of a run of elements of one group. A group that turns out to be spoiled later is taken
    /// back by <see cref="Discard"/>.
    /// </summary>
    /// <param name="group">Position in the certificate.</param>
    /// <param name="firstElement">Position of the first sum in the vector; model elements come first, counter digits
    /// after them.</param>
    /// <param name="sums">The sums.</param>
    void Accept(int group, long firstElement, ReadOnlySpan<long> sums);

    /// <summary>The group is spoiled: forget its sums.</summary>
    void Discard(int group);
}

/// <summary>One array a group.</summary>
internal sealed class InMemorySumSink(long vectorLength) : ISumSink
{
    private readonly SortedDictionary<int, long[]> _sums = [];

    public IReadOnlyDictionary<int, long[]> Sums => _sums;

    public void Accept(int group, long firstElement, ReadOnlySpan<long> sums)
    {
        if (!_sums.TryGetValue(group, out long[]? all))
        {
            _sums.Add(group, all = new long[vectorLength]);
        }

        sums.CopyTo(all.AsSpan(checked((int)firstElement)));
    }

    public void Discard(int group) => _sums.Remove(group);
}
