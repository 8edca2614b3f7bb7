namespace SecureFL.Learning.Data.Columns;

/// <summary>A value of a column with how often and where first it stands in one file.</summary>
/// <param name="Count">Cells.</param>
/// <param name="Line">The first one's line.</param>
public readonly record struct ValueCount(int Count, long Line)
{
    /// <summary>
    /// The file that the line is in, where the rows come from several; null for the one that is looked at.
    /// </summary>
    public string? Source { get; init; }
}

/// <summary>
/// Counts different values up to a limit; beyond it the values are forgotten and only their number so far is known.
/// </summary>
public sealed class ValueTally<T>
    where T : notnull
{
    private readonly int _limit;
    private readonly Dictionary<T, ValueCount> _counts;

    internal ValueTally(int limit, IEqualityComparer<T>? comparer = null)
    {
        _limit = limit;
        _counts = new Dictionary<T, ValueCount>(comparer);
    }

    /// <summary>Cells counted.</summary>
    public int Total { get; private set; }

    /// <summary>Different values; at least as many where <see cref="Overflow"/>.</summary>
    public int Distinct { get; private set; }

    /// <summary>Whether there are more different values than are remembered.</summary>
    public bool Overflow { get; private set; }

    /// <summary>
    /// Of the cells that were counted before the overflow, the share that was a new value: 1 where all differ.
    /// </summary>
    public double DistinctShare { get; private set; }

    /// <summary>The first values with their counts; all of them where there is no <see cref="Overflow"/>.</summary>
    public IReadOnlyDictionary<T, ValueCount> Counts => _counts;

    internal void Add(T value, long line, string? source = null)
    {
        Total++;
        if (_counts.TryGetValue(value, out ValueCount seen))
        {
            _counts[value] = seen with { Count = seen.Count + 1 };
        }
        else if (_counts.Count < _limit)
        {
            _counts.Add(value, new ValueCount(1, line) { Source = source });
            Distinct++;
        }
        else
        {
            Overflow = true;
        }

        if (!Overflow)
        {
            DistinctShare = (double)Distinct / Total;
        }
    }
}
