using System.Globalization;
using SecureFL.Federated.Data.Text;

namespace SecureFL.Federated.Data;

/// <summary>Counts the cells of a column whose category nobody declared, while a table is encoded.</summary>
internal sealed class UnseenCells(RawTable table, ColumnSchema column)
{
    private const int Shown = 5;

    private readonly ValueTally<string> _texts = new(1000, StringComparer.Ordinal);
    private bool _anySeen;

    /// <summary>
    /// Takes note of a cell with a value; <paramref name="category"/> is negative where it is none of the declared
    /// ones.
    /// </summary>
    internal void Add(int category, string cell, RawRow row)
    {
        _anySeen |= category >= 0;
        if (category < 0)
        {
            _texts.Add(cell, row.Line, row.Source);
        }
    }

    /// <summary>What people should know; null where all cells are declared categories.</summary>
    /// <exception cref="DataFormatException">No cell is a declared category, and one is another name of one: male where
    /// m was agreed.</exception>
    internal string? Sentence()
    {
        if (_texts.Total == 0)
        {
            return null;
        }

        (string Cell, ValueCount Where, string[] Known)[] same = _anySeen ? [] :
        [
            .. _texts.Counts.OrderBy(pair => pair.Value.Line)
                .Select(
                    pair => (pair.Key, pair.Value,
                        column.Categories.Where(known => SpellingKey.SameAnswer(known, pair.Key)).ToArray()))
                .Where(pair => pair.Item3.Length == 1),
        ];
        if (same.Length > 0)
        {
            throw new DataFormatException(
                same[0].Where.Source ?? table.Source,
                $"{ColumnFacts.Quote(same[0].Cell)} and the agreed category {ColumnFacts.Quote(same[0].Known[0])} "
                + $"look like one answer in two spellings",
                same[0].Where.Line,
                column.Name,
                wayOut: $"write it as agreed: {ColumnFacts.Show(column.Categories)}");
        }

        string list = string.Join(", ",
            _texts.Counts.OrderByDescending(pair => pair.Value.Count).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(Shown)
            .Select(
                pair => string.Create(CultureInfo.InvariantCulture,
                    $"{ColumnFacts.Quote(pair.Key)} {pair.Value.Count}x")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"column {column.Name}: {_texts.Total} cells are none of its categories and count as unseen: "
            + $"{list}{(_texts.Distinct > Shown ? " ..." : "")}");
    }
}
