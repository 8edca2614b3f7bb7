using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Csv;

/// <summary>
/// Brings what spreadsheets and accounts write around a number to the common form, in the table itself:
/// <c>="12.30"</c> and <c>'12.30</c> are 12.30, <c>12.30-</c> and <c>(12.30)</c> are -12.30, <c>-$12</c> is
/// <c>$-12</c>. Stateless and thread-safe.
/// </summary>
internal static class NumberForms
{
    /// <summary>Least share of a column's present cells that are numbers in one of these forms or another.</summary>
    private const double LeastShare = 0.8;

    /// <summary>Digits of a number that is no mark or grade such as 2-, unless it has a fraction.</summary>
    private const int LeastDigits = 3;

    private enum Form
    {
        None,
        Apostrophe,
        MinusBehind,
        Parentheses,
        SignBeforeUnit,
    }

    /// <summary>Takes every cell out of Excel's text form; what was done, null for nothing.</summary>
    internal static string? Unquote(IReadOnlyList<RawRow> rows)
    {
        string? note = null;
        foreach (RawRow row in rows)
        {
            for (int c = 0; c < row.Cells.Length; c++)
            {
                string cell = row.Cells[c];
                if (cell is ['=', '"', .., '"'] && cell.Length > 3)
                {
                    row.Cells[c] = cell[2..^1].Trim();
                    note ??= string.Create(CultureInfo.InvariantCulture,
                        $"cells in a spreadsheet's text form are read as what they hold ({cell} as {row.Cells[c]}, "
                        + $"line {row.Line})");
                }
            }
        }

        return note;
    }

    /// <summary>Rewrites the cells of columns of numbers; one sentence for each column and form.</summary>
    internal static IEnumerable<string> Rewrite(ImmutableArray<string> columns, IReadOnlyList<RawRow> rows)
    {
        List<string> notes = [];
        for (int c = 0; c < columns.Length; c++)
        {
            int column = c;
            if (rows.Any(row => MayBe(row.Cells[column])) && IsOfNumbers(rows, column))
            {
                notes.AddRange(Rewrite(columns[column], rows, column));
            }
        }

        return notes;
    }

    private static List<string> Rewrite(string name, IReadOnlyList<RawRow> rows, int column)
    {
        Dictionary<Form, string> notes = [];
        foreach (RawRow row in rows)
        {
            string cell = row.Cells[column];
            string common = cell;
            Form form = MayBe(cell) ? Of(cell, out common) : Form.None;
            if (form != Form.None)
            {
                row.Cells[column] = common;
                if (form != Form.SignBeforeUnit && !notes.ContainsKey(form))
                {
                    string what = form switch
                    {
                        Form.Apostrophe => "the apostrophe before numbers is left out",
                        Form.MinusBehind => "a minus behind a number is read before it",
                        _ => "numbers in parentheses are read as negative ones",
                    };
                    notes[form] = string.Create(CultureInfo.InvariantCulture,
                        $"column {name}: {what} ({Quoted.Text(cell)} as {common}, line {row.Line})");
                }
            }
        }

        return [.. notes.Values];
    }

    /// <summary>
    /// Whether the column's cells are numbers, and those with a minus behind or in parentheses are amounts: grades such
    /// as 2- and 2+, and footnotes such as (1), are none.
    /// </summary>
    private static bool IsOfNumbers(IReadOnlyList<RawRow> rows, int column)
    {
        int present = 0;
        int numbers = 0;
        bool amount = false;
        bool signs = false;
        foreach (RawRow row in rows)
        {
            string cell = row.Cells[column];
            if (MissingValue.Is(cell) || MissingValue.IsMarker(cell))
            {
                continue;
            }

            present++;
            Form form = MayBe(cell) ? Of(cell, out _) : Form.None;
            numbers += form != Form.None || IsNumber(cell) ? 1 : 0;
            signs |= form is Form.MinusBehind or Form.Parentheses;
            amount |= form is Form.MinusBehind or Form.Parentheses
                && (cell.AsSpan().ContainsAny('.', ',') || cell.Count(char.IsAsciiDigit) >= LeastDigits);
            if (cell is [.., '+'])
            {
                return false;
            }
        }

        return numbers >= LeastShare * present && (amount || !signs);
    }

    /// <summary>A cheap look at the ends of a cell, as nearly all have another form.</summary>
    private static bool MayBe(string cell) =>
        cell.Length > 1 && (cell[0] is '\'' or '\u2019' or '(' or '-' or '+' or '\u2212'
            || cell[^1] is '-' or '\u2212' or ')' || cell.Contains("- ", StringComparison.Ordinal));

    private static Form Of(string cell, out string common)
    {
        common = cell;
        if (cell is ['\'' or '\u2019', ..])
        {
            string rest = cell[1..].Trim();
            common = Of(rest, out string inner) == Form.None ? rest : inner;
            return IsNumber(common) ? Form.Apostrophe : Form.None;
        }

        if (cell is ['-' or '+' or '\u2212', ..] && CellUnit.PrefixLength(cell.AsSpan(1)) is > 0 and int length)
        {
            string number = cell[(1 + length)..].TrimStart();
            common = string.Concat(cell.AsSpan(1, length), cell[0] == '+' ? "" : "-", number);
            return IsUnsigned(number) ? Form.SignBeforeUnit : Form.None;
        }

        int open = cell[^1] == ')' ? cell.IndexOf('(', StringComparison.Ordinal) : -1;
        int minus = open >= 0 ? -1 : cell.LastIndexOfAny(['-', '\u2212']);
        bool behind = minus > 0 && char.IsAsciiDigit(cell[minus - 1])
            && !cell.AsSpan(minus).ContainsAnyInRange('0', '9');
        (string before, string amount, Form form) = open >= 0
            ? (cell[..open].Trim(), cell[(open + 1)..^1].Trim(), Form.Parentheses)
            : behind ? ("", $"{cell.AsSpan(0, minus)}{cell.AsSpan(minus + 1)}", Form.MinusBehind)
            : ("", "", Form.None);
        int prefix = CellUnit.PrefixLength(amount);
        string digits = amount[prefix..].TrimStart();
        common = $"{before}{amount.AsSpan(0, prefix)}-{digits}";
        return form != Form.None && IsUnsigned(digits) && IsNumber(common) ? form : Form.None;
    }

    /// <summary>Whether it is a number, with or without a unit, that has no sign before it.</summary>
    private static bool IsUnsigned(string text) => text.Length > 0 && text[0] is not ('-' or '+' or '\u2212')
        && IsNumber(text);

    private static bool IsNumber(string text) =>
        NumberShapes.Of(CellUnit.NumberOf(text), out _) != NumberShape.None;
}
