using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Encoders;

/// <summary>Counts the cells of a column of numbers that are none, while a table is encoded.</summary>
internal sealed class OddCells(RawTable table, string column, string expected = "number")
{
    private const int Shown = 5;
    private const int MostCodes = 100_000;

    private readonly ValueTally<string> _texts = new(1000, StringComparer.Ordinal);
    private readonly Dictionary<double, string> _codes = [];
    private int _unmarked;
    private bool _unit;
    private (string Cell, RawRow Row) _first;

    internal string Column => column;

    /// <summary>What the cells of a column should be.</summary>
    internal static string Expected(ColumnSchema column) => column.Dates switch
    {
        null => column.Unit is null ? "number" : $"number in {column.Unit}",
        DateReading.Clock => "time of day (14:05)",
        DateReading.DayFirst => "date with the day first (19/06/2020, or 2020-06-19)",
        DateReading.MonthFirst => "date with the month first (06/19/2020, or 2020-06-19)",
        _ => "date with the year first (2020-06-19)",
    };

    /// <summary>Numbers without the unit that was agreed.</summary>
    internal int Bare { get; set; }

    /// <summary>
    /// Fewest odd cells that can refuse the column: a file of a few rows to predict may have one. A unit always can.
    /// </summary>
    internal int Fewest { get; init; } = 1;

    /// <summary>Cells that are numbers.</summary>
    internal int Numbers { get; set; }

    internal void Add(string cell, RawRow row)
    {
        _first = _texts.Total == 0 ? (cell, row) : _first;
        _unmarked += MissingValue.IsMarker(cell) ? 0 : 1;
        _unit |= CellUnit.TrySplit(cell, out _, out _);
        _texts.Add(cell, row.Line);
    }

    /// <summary>Takes note of a number whose digits a double does not hold.</summary>
    /// <exception cref="DataFormatException">Another one before it became the same number.</exception>
    internal void AddCode(string cell, double number, RawRow row)
    {
        if (NumberSpelling.WideDigits(cell, number, table.Numbers) is string code && _codes.Count < MostCodes
            && !_codes.TryAdd(number, code) && _codes[number] != code)
        {
            throw WideCodes.Fault(row.Source ?? table.Source, row.Line, column, code, _codes[number], label: false);
        }
    }

    /// <summary>What people should know of numbers without the unit that was agreed; null for none.</summary>
    internal string? BareSentence(string? unit) => Bare == 0 ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"column {column}: {Bare} cells have no unit and are read in {unit}, which was agreed: make sure that they "
        + $"are");

    /// <summary>What people should know; null where all cells are numbers.</summary>
    /// <exception cref="DataFormatException">Half the cells or more are no number: the column is not what was
    /// agreed.</exception>
    internal string? Sentence()
    {
        if (_texts.Total == 0)
        {
            return null;
        }

        if (_unmarked >= Math.Max(_unit ? 1 : Fewest, Numbers))
        {
            string more = _texts.Total == 1
                ? "" : string.Create(CultureInfo.InvariantCulture,
                    $", as are {_texts.Total - 1} more cells of {_texts.Total + Numbers}");
            throw new DataFormatException(
                _first.Row.Source ?? table.Source, $"{Quoted.Text(_first.Cell)} is not a {expected}{more}",
                _first.Row.Line, column);
        }

        string list = string.Join(", ",
            _texts.Counts.OrderByDescending(pair => pair.Value.Count).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(Shown)
            .Select(
                pair => string.Create(CultureInfo.InvariantCulture,
                    $"{Quoted.Text(pair.Key)} {pair.Value.Count}x")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"column {column}: {_texts.Total} cells are no {expected} and count as missing: "
            + $"{list}{(_texts.Distinct > Shown ? " ..." : "")}; the first is in "
            + $"{(_first.Row.Source is string file ? $"{file}, " : "")}line {_first.Row.Line}");
    }
}
