using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Encoders;

/// <summary>Counts the cells of a column whose category nobody declared, while a table is encoded.</summary>
internal sealed class UnseenCells(RawTable table, ColumnSchema column)
{
    private const int Shown = 5;

    private readonly ValueTally<string> _texts = new(1000, StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>
    /// Takes note of a cell with a value; <paramref name="category"/> is negative where it is none of the declared
    /// ones.
    /// </summary>
    internal void Add(int category, string cell, RawRow row)
    {
        if (category < 0)
        {
            _texts.Add(cell, row.Line, row.Source);
        }
        else
        {
            _seen.Add(column.Categories[category]);
        }
    }

    /// <summary>What people should know; null where all cells are declared categories.</summary>
    /// <exception cref="DataFormatException">A cell is another name of a declared category: male where m was agreed, w
    /// beside m where m and f were.</exception>
    internal string? Sentence()
    {
        if (_texts.Total == 0)
        {
            return null;
        }

        if (OtherName() is var (cell, known))
        {
            throw new DataFormatException(
                _texts.Counts[cell].Source ?? table.Source,
                $"{Quoted.Text(cell)} and the agreed category {Quoted.Text(known)} "
                + $"look like one answer in two spellings",
                _texts.Counts[cell].Line,
                column.Name,
                wayOut: $"write it as agreed: {Quoted.List(column.Categories)}");
        }

        string list = string.Join(", ",
            _texts.Counts.OrderByDescending(pair => pair.Value.Count).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(Shown)
            .Select(
                pair => string.Create(CultureInfo.InvariantCulture,
                    $"{Quoted.Text(pair.Key)} {pair.Value.Count}x")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"column {column.Name}: {_texts.Total} cells are none of its categories and count as unseen: "
            + $"{list}{(_texts.Distinct > Shown ? " ..." : "")}");
    }

    /// <summary>The first cell that is another name of one agreed category.</summary>
    private (string Cell, string Known)? OtherName()
    {
        if (_seen.Count > 0)
        {
            string[] here = [.. _seen, .. _texts.Counts.Keys];
            return AnswerWords.Conflicts(here, column.Categories)
                .Where(pair => _texts.Counts.ContainsKey(pair.One))
                .Select(pair => ((string, string)?)pair).FirstOrDefault();
        }

        foreach (string cell in _texts.Counts.OrderBy(pair => pair.Value.Line).Select(pair => pair.Key))
        {
            if (column.Categories.Where(known => AnswerWords.Same(known, cell)).Take(2).ToArray() is [string known])
            {
                return (cell, known);
            }
        }

        return null;
    }
}
