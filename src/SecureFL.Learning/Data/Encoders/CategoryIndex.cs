using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Data.Encoders;

/// <summary>
/// Finds the category or class that a cell means: numbers in any spelling, the words true and false in any case, other
/// texts as they are. Immutable and thread-safe.
/// </summary>
internal sealed class CategoryIndex
{
    private readonly Dictionary<string, int> _positions;

    /// <param name="names">The agreed categories or classes, each once.</param>
    internal CategoryIndex(IReadOnlyList<string> names)
    {
        _positions = names.Select((name, i) => (name, i))
            .ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        for (int i = 0; i < names.Count; i++)
        {
            _positions.TryAdd(TruthWord.Fold(names[i]), i);
        }
    }

    /// <summary>The position of the cell's category, -1 for one that is none of them.</summary>
    internal int Find(RawTable table, string cell, string? unit = null)
    {
        string value = table.TryParseNumber(cell, unit, out double number)
            ? NumberSpelling.Of(cell, number, table.Numbers) : cell;
        return _positions.TryGetValue(value, out int position)
            || _positions.TryGetValue(TruthWord.Fold(value), out position) ? position : -1;
    }
}
