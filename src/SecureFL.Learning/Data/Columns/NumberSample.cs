using System.Collections.Immutable;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Data.Columns;

/// <summary>
/// What a column's numbers are like, in little memory: every k-th of them, k doubling as they grow in number, and the
/// outermost ones with their lines. The same rows in the same order give the same sample.
/// </summary>
internal sealed class NumberSample
{
    /// <summary>Outermost numbers that are remembered on each side.</summary>
    internal const int Outermost = 8;

    private const int Most = 1024;

    private readonly List<double> _kept = [];
    private readonly List<(double Value, RawRow Row)> _least = [];
    private readonly List<(double Value, RawRow Row)> _largest = [];
    private long _count;
    private long _stride = 1;

    /// <summary>Numbers seen.</summary>
    internal long Count => _count;

    /// <summary>The outermost numbers, least first, each cell once.</summary>
    internal IEnumerable<(double Value, RawRow Row)> Ends =>
        _count <= 2 * Outermost
            ? _least.Concat(_largest).DistinctBy(end => (end.Row.Source, end.Row.Line, end.Value))
            .OrderBy(end => end.Value)
            : _least.OrderBy(end => end.Value).Concat(_largest.OrderBy(end => end.Value));

    internal void Add(double value, RawRow row)
    {
        if (_count++ % _stride == 0)
        {
            _kept.Add(value);
            if (_kept.Count == Most)
            {
                // Every second one stays: what is kept is spread evenly over all rows.
                for (int i = 0; i < Most / 2; i++)
                {
                    _kept[i] = _kept[2 * i];
                }

                _kept.RemoveRange(Most / 2, Most / 2);
                _stride *= 2;
            }
        }

        RawRow place = new(row.Line, []) { Source = row.Source };
        Keep(_least, value, place, -1);
        Keep(_largest, value, place, 1);
    }

    /// <summary>The sampled numbers in order.</summary>
    internal ImmutableArray<double> Sorted() => [.. _kept.Order()];

    private static void Keep(List<(double Value, RawRow Row)> ends, double value, RawRow place, int sign)
    {
        if (ends.Count == Outermost && sign * value <= sign * ends[^1].Value)
        {
            return;
        }

        int at = ends.FindIndex(end => sign * value > sign * end.Value);
        ends.Insert(at < 0 ? ends.Count : at, (value, place));
        if (ends.Count > Outermost)
        {
            ends.RemoveAt(Outermost);
        }
    }
}
