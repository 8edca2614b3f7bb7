using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Columns;

/// <summary>One column over all files, and what it is taken for.</summary>
internal sealed class ColumnFacts(string name, ImmutableArray<ColumnProfile> sites, bool label = false)
{
    /// <summary>Least share of numbers, of cells that are numbers or texts, for a column of numbers.</summary>
    internal const double NumberShare = 0.9;

    /// <summary>Most share of numbers for a column of texts; between the two nobody can tell.</summary>
    private const double TextShare = 0.5;

    /// <summary>
    /// Least share of numbers beside words for "no value" for a label of numbers; below it the words are classes.
    /// </summary>
    private const double ClassShare = 0.1;

    internal string Name => name;

    internal bool IsLabel => label;

    internal ImmutableArray<ColumnProfile> Sites => sites;

    internal long Numbers => sites.Sum(site => (long)site.Numbers.Total);

    internal long Texts => sites.Sum(site => (long)site.Texts.Total);

    internal long Markers => sites.Sum(site => (long)site.Markers.Total);

    internal long Rows => sites.Sum(site => (long)site.Rows);

    /// <summary>Whether the column holds numbers, dates or texts.</summary>
    /// <exception cref="DataFormatException">It is a mixture, alone or over the sites, or its dates can be read two
    /// ways.</exception>
    internal (ColumnKind Kind, DateReading? Dates) Decide(SchemaOptions options)
    {
        if (Dates(options) is DateReading dates)
        {
            return (ColumnKind.Numeric, dates);
        }

        if (Numbers == 0)
        {
            return (Texts + Markers == 0 ? ColumnKind.Numeric : ColumnKind.Categorical, null);
        }

        double share = Numbers / (double)(Numbers + Texts);
        if (share < TextShare || (label && Numbers < ClassShare * (Numbers + Markers)))
        {
            RequireNoSiteOfNumbers();
            return (ColumnKind.Categorical, null);
        }

        ColumnProfile? other = sites.FirstOrDefault(site => site.Texts.Total > site.Numbers.Total);
        if (other is not null && sites.Any(site => site.Numbers.Total > site.Texts.Total))
        {
            throw Differ(sites.First(site => site.Numbers.Total > site.Texts.Total), other);
        }

        if (share >= NumberShare)
        {
            return (ColumnKind.Numeric, null);
        }

        (string source, long line) = FirstText();
        throw new DataFormatException(
            source,
            string.Create(CultureInfo.InvariantCulture,
                $"{Texts} of {Numbers + Texts} cells are no number: {OddTexts()}; neither a column of numbers nor "
                + $"of texts"),
            line,
            name,
            wayOut: label
                ? $"--missing-values {Quoted.Argument(CommonestText())} where they mean no value: such rows are left out"
                : $"--missing-values {Quoted.Argument(CommonestText())} where they mean no value, --categorical {name} "
                + $"where all are categories, or --ignore {name}");
    }

    /// <summary>The texts of a column of numbers, the commonest first, with how often; at most five.</summary>
    internal string OddTexts()
    {
        List<(string Text, int Count)> all =
        [
            .. sites.SelectMany(site => site.Texts.Counts.Concat(site.Markers.Counts))
                .GroupBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(group => (group.Key, group.Sum(pair => pair.Value.Count))).OrderByDescending(pair => pair.Item2)
                .ThenBy(pair => pair.Key, StringComparer.Ordinal),
        ];
        string list = string.Join(", ",
            all.Take(Quoted.Shown)
                .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{Quoted.Text(pair.Text)} {pair.Count}x")));
        return all.Count > Quoted.Shown ? string.Create(CultureInfo.InvariantCulture, $"{list} and {all.Count - Quoted.Shown} more")
            : list;
    }

    /// <summary>The first text or marker: where to look.</summary>
    internal (string Source, long Line) FirstText()
    {
        ColumnProfile site = sites.First(site => site.Texts.Total + site.Markers.Total > 0);
        ValueCount first = site.Texts.Counts.Values.Concat(site.Markers.Counts.Values).MinBy(count => count.Line);
        return (first.Source ?? site.Source, first.Line);
    }

    /// <summary>The first date or time of the column, which has one.</summary>
    internal (string Source, long Line, string Cell) FirstDate()
    {
        ColumnProfile site = sites.First(site => site.AnyDates > 0);
        (RawRow row, string cell) = site.FirstDate;
        return (row.Source ?? site.Source, row.Line, cell);
    }

    /// <summary>Different values at a site, numbers in their one spelling, with where they first stand.</summary>
    internal static Dictionary<string, ValueCount> Values(ColumnProfile site)
    {
        Dictionary<string, ValueCount> values = new(StringComparer.Ordinal);
        foreach ((string number, ValueCount count) in WideCodes.Values(site))
        {
            values[number] = count;
        }

        foreach ((string text, ValueCount count) in site.Texts.Counts.Concat(site.Markers.Counts))
        {
            values[text] = count;
        }

        return values;
    }

    /// <summary>All sites' values: numbers first, by size, then texts in ordinal order.</summary>
    internal ImmutableArray<string> AllValues()
    {
        SortedSet<string> texts = new(sites.SelectMany(site => site.Texts.Counts.Keys.Concat(site.Markers.Counts.Keys)),
            StringComparer.Ordinal);
        return [.. AllNumbers(), .. texts];
    }

    /// <summary>All sites' numbers by size, each in its one spelling.</summary>
    internal IEnumerable<string> AllNumbers() =>
        sites.SelectMany(WideCodes.Values).Select(pair => pair.Key).Distinct(StringComparer.Ordinal)
            .OrderBy(text => double.Parse(text, CultureInfo.InvariantCulture))
            .ThenBy(text => text, StringComparer.Ordinal);

    private DateReading? Dates(SchemaOptions options)
    {
        DateReading[] readings = [DateReading.YearFirst, DateReading.DayFirst, DateReading.MonthFirst,
            DateReading.Clock];
        long compact = CompactDates.Hold(this) ? Numbers : 0;
        long Total(DateReading reading) => sites.Sum(site => (long)site.Dates(reading))
            + (reading == DateReading.Clock ? 0 : compact);
        long dates = sites.Sum(site => (long)site.AnyDates) + compact;
        if (dates == 0 || dates < NumberShare * (Numbers + Texts))
        {
            return null;
        }

        DateReading[] fitting = [.. readings.Where(reading => Total(reading) == dates)];
        if (fitting.Contains(DateReading.YearFirst) || fitting.Contains(DateReading.Clock))
        {
            // Whoever says how dates are written means those of sites that are not read here, too.
            return options.Dates is DateReading meant && fitting.Contains(meant) ? meant : fitting[0];
        }

        if (Only(DateReading.DayFirst) is var day && Only(DateReading.MonthFirst) is var month && day.Line > 0
            && month.Line > 0)
        {
            throw new DataFormatException(
                day.Source,
                string.Create(CultureInfo.InvariantCulture,
                    $"'{day.Cell}' has the day first, '{month.Cell}' ({month.Source}, line {month.Line}) the month"),
                day.Line,
                name,
                wayOut: $"write all dates as 2020-04-03, or leave the column out with --ignore {name}");
        }

        if (fitting.Length < 2)
        {
            return fitting.Length == 1 ? fitting[0] : null;
        }

        if (options.Dates is DateReading said)
        {
            return said;
        }

        (string source, long line, string cell) = FirstDate();
        throw new DataFormatException(
            source,
            $"'{cell}' and all other dates of the column can have the day or the month first",
            line,
            name,
            wayOut: "--dates day-first or --dates month-first");
    }

    /// <summary>Sites all of whose dates can have the day or the month first.</summary>
    internal IEnumerable<ColumnProfile> OpenDates() =>
        sites.Where(site => site.AnyDates > site.Dates(DateReading.YearFirst)
        && site.Dates(DateReading.DayFirst) == site.AnyDates && site.Dates(DateReading.MonthFirst) == site.AnyDates);

    /// <summary>The first date that has this order of day and month alone; line 0 for none.</summary>
    private (string Source, long Line, string Cell) Only(DateReading reading)
    {
        ColumnProfile? site = sites.FirstOrDefault(site => site.FirstOnly(reading).Row.Line > 0);
        (RawRow row, string cell) = site?.FirstOnly(reading) ?? default;
        return (row.Source ?? site?.Source ?? "", row.Line, cell);
    }

    private void RequireNoSiteOfNumbers()
    {
        ColumnProfile? numbers = sites.FirstOrDefault(site => site.Numbers.Total > 0 && site.Texts.Total == 0);
        ColumnProfile? texts = sites.FirstOrDefault(site => site.Texts.Total > 0 && site.Numbers.Total == 0);
        if (numbers is not null && texts is not null)
        {
            throw Differ(numbers, texts);
        }
    }

    private DataFormatException Differ(ColumnProfile numbers, ColumnProfile texts) => new(
        texts.Texts.Counts.Values.MinBy(count => count.Line).Source ?? texts.Source,
        $"holds texts ({Quoted.List(texts.Texts.Counts.Keys)}) where {numbers.Source} holds numbers "
        + $"({Quoted.List(numbers.Numbers.Counts.Keys.Order().Select(NumberSpelling.Of))})",
        texts.Texts.Counts.Values.Min(count => count.Line),
        name,
        wayOut: label ? "write the same values at all sites"
            : $"write the same values at all sites; --categorical {name} where all are categories, --ignore {name} "
            + $"to do without");

    private string CommonestText() => sites.SelectMany(site => site.Texts.Counts).MaxBy(pair => pair.Value.Count).Key;
}
