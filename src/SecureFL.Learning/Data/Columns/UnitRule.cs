using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Columns;

/// <summary>A column of numbers that are written with one unit.</summary>
/// <param name="Facts">The column, its cells read without the unit.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Note">What was done, one sentence.</param>
internal sealed record UnitReading(ColumnFacts Facts, string Unit, string Note);

/// <summary>
/// Reads <c>12.5 %</c> as 12.5 and <c>5 mg</c> as 5 where a column has one unit at all sites. Two units in one column
/// are never put together.
/// </summary>
internal static class UnitRule
{
    /// <summary>Least share of a column's cells with a value that have the unit.</summary>
    internal const double Share = 0.9;

    /// <summary>
    /// Least share of units that are known, of all that stand after numbers, for cells that are amounts and no codes
    /// such as 2a.
    /// </summary>
    private const double LeastKnown = 0.25;

    /// <summary>The column without its unit; null where it is none of numbers with a unit.</summary>
    /// <exception cref="DataFormatException">Two units, in one file or between sites.</exception>
    internal static UnitReading? Of(ColumnFacts column)
    {
        if (Mixed(column) is DataFormatException mixed)
        {
            throw mixed;
        }

        string[] units = [.. column.Sites.Select(site => site.Unit).OfType<string>().Distinct(StringComparer.Ordinal)];
        return units is [string unit] ? new UnitReading(Measured(column), unit, Note(column, unit)) : null;
    }

    /// <summary>Why the column's units do not go together; null where they do.</summary>
    internal static DataFormatException? Mixed(ColumnFacts column)
    {
        ColumnProfile? two = column.Sites
            .FirstOrDefault(site => KnownUnits(site).Length > 1 && WithUnit(site) >= Share * Present(site));
        if (two is not null)
        {
            string[] units = KnownUnits(two);
            string list = string.Join(", ",
                units.Select(
                    unit => string.Create(CultureInfo.InvariantCulture, $"{unit} in {two.Units[unit]} cells")));
            ValueCount first = two.Texts.Counts
                .Where(pair => CellUnit.TrySplit(pair.Key, out _, out string own) && own == units[^1])
                .Select(pair => pair.Value).DefaultIfEmpty().MinBy(count => count.Line);
            return Refusal(column, first.Source ?? two.Source, $"numbers in {units.Length} units: {list}", first.Line);
        }

        if (column.Sites.FirstOrDefault(IsSeveralWays) is ColumnProfile several)
        {
            return SeveralWays(column, several);
        }

        ColumnProfile[] measured = [.. column.Sites.Where(site => site.Unit is not null)];
        ColumnProfile? other = measured.FirstOrDefault(site => site.Unit != measured[0].Unit);
        return other is null || !Array.Exists(measured, site => CellUnit.IsKnown(site.Unit!)) ? null
            : Refusal(column, other.Source,
                $"the sites' units differ: "
                + $"{string.Join(", ", measured.Select(site => $"{site.Unit} at {site.Source}"))}", 0);
    }

    /// <summary>The column with the numbers that its sites' units leave.</summary>
    internal static ColumnFacts Measured(ColumnFacts column) =>
        new(column.Name, [.. column.Sites.Select(site => site.Measured ?? site)], column.IsLabel);

    /// <summary>
    /// Whether nearly all cells are numbers, and some of them have a unit while others have another or none.
    /// </summary>
    private static bool IsSeveralWays(ColumnProfile site)
    {
        long units = site.Units.Sum(unit => (long)unit.Value);
        return site.Unit is null && WithUnit(site) > LeastKnown * units && site.Numbers.Total < Share * Present(site)
            && units + site.Numbers.Total >= Share * Present(site);
    }

    private static DataFormatException SeveralWays(ColumnFacts column, ColumnProfile site)
    {
        IEnumerable<(string Way, int Cells)> ways = site.Units.Select(unit => (Way: unit.Key, Cells: unit.Value))
            .Concat(site.Numbers.Total > 0 ? [(Way: "no unit", Cells: site.Numbers.Total)] : [])
            .OrderByDescending(way => way.Cells).ThenBy(way => way.Way, StringComparer.Ordinal);
        string list = Quoted.List(
            ways.Select(way => string.Create(CultureInfo.InvariantCulture, $"{way.Way} in {way.Cells} cells")));
        (string cell, ValueCount at) = site.Texts.Counts.Where(pair => CellUnit.TrySplit(pair.Key, out _, out _))
            .MinBy(pair => pair.Value.Line);
        return Refusal(column, at.Source ?? site.Source,
            $"numbers with several units, or with and without one: {list}; the first is {Quoted.Text(cell)}",
            at.Line);
    }

    private static string Note(ColumnFacts column, string unit)
    {
        ColumnProfile first = column.Sites.First(site => site.Unit is not null);
        string cell = first.Texts.Counts
            .Where(pair => CellUnit.TrySplit(pair.Key, out _, out string own) && own == unit)
            .MinBy(pair => pair.Value.Line).Key;
        CellUnit.TrySplit(cell, out ReadOnlySpan<char> number, out _);
        long bare = column.Sites.Where(site => site.Unit is not null).Sum(site => (long)site.Numbers.Total);
        string[] without =
            [.. column.Sites.Where(site => site.Unit is null && site.Numbers.Total > 0).Select(site => site.Source)];
        return
            $"{(column.IsLabel ? "label" : "column")} {column.Name}: numbers in {unit}, {Quoted.Text(cell)} "
            + $"is read as {number}{(unit == "%" ? ", not divided by 100" : "")}"
            + (bare > 0 ? string.Create(CultureInfo.InvariantCulture,
                $"; {bare} cells without the unit are read as if they had it") : "")
            + (without.Length > 0
                ? $"; {string.Join(", ", without)} {(without.Length == 1 ? "has" : "have")} no unit: make sure that "
                + $"it is the same one" : "");
    }

    private static DataFormatException Refusal(ColumnFacts column, string source, string what, long line) => new(
        source,
        what,
        line == 0 ? null : line,
        column.Name,
        wayOut: column.IsLabel
            ? "write the label in one unit at all sites"
            : $"write the column in one unit at all sites; --ignore {column.Name} does without, --categorical "
            + $"{column.Name} takes the texts as categories");

    private static string[] KnownUnits(ColumnProfile site) =>
        [.. site.Units.Where(unit => CellUnit.IsKnown(unit.Key)).OrderByDescending(unit => unit.Value)
            .ThenBy(unit => unit.Key, StringComparer.Ordinal).Select(unit => unit.Key)];

    private static long WithUnit(ColumnProfile site) =>
        site.Units.Where(unit => CellUnit.IsKnown(unit.Key)).Sum(unit => (long)unit.Value);

    private static long Present(ColumnProfile site) => (long)site.Numbers.Total + site.Texts.Total;
}
