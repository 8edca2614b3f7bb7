using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.ColumnRules;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Checks;

/// <summary>One column at one site, for comparison.</summary>
/// <param name="Source">The file.</param>
/// <param name="Kind"><c>numbers</c>, <c>dates</c>, <c>texts</c>, <c>mixed</c>, <c>empty</c>, or <c>absent</c>.</param>
/// <param name="MissingShare">Of its cells, 0 .. 1.</param>
/// <param name="Range">Least and largest number with the mean between, or the first categories.</param>
public sealed record SiteColumn(string Source, string Kind, double MissingShare, string Range)
{
    /// <summary>What stands after its numbers; null for nothing.</summary>
    public string? Unit { get; init; }
}

/// <summary>One column over the sites.</summary>
/// <param name="Name">The column.</param>
/// <param name="Sites">In the order of the files.</param>
/// <param name="Differences">What would hurt, one sentence each.</param>
public sealed record ColumnComparison(string Name, ImmutableArray<SiteColumn> Sites,
    ImmutableArray<string> Differences);

/// <summary>Compares the files of several sites column by column without showing a row.</summary>
public static class SiteComparison
{
    private const double OtherUnits = 1.5;
    private const double MuchMissing = 0.3;
    private const int MostCodes = 10;

    /// <summary>Cells that say what a column holds.</summary>
    private const int LeastCells = 10;

    private const string LabelWarning =
        ". It is the label: if so, a model of all sites is wrong at one of them; write the label in the same way at "
        + "all sites";

    /// <summary>
    /// All columns, in the order of the first file, then those that only others have. <paramref name="label"/> is a
    /// column's name or index: what is wrong with it makes the whole model wrong, and is said so.
    /// </summary>
    public static ImmutableArray<ColumnComparison> Of(IReadOnlyList<TableProfile> sites, string? label = null)
    {
        ArgumentNullException.ThrowIfNull(sites);
        string? target = label is null || sites.Count == 0 || sites.Any(site => site.Table.Columns.Contains(label))
            ? label : sites[0].Table.Columns[sites[0].Table.FindColumn(label)];
        ILookup<string, string> exchanged = ExchangedColumnsRule.Find(sites)
            .ToLookup(pair => pair.Column, pair => pair.Sentence, StringComparer.Ordinal);
        return
        [
            .. sites.SelectMany(site => site.Table.Columns).Distinct(StringComparer.Ordinal)
                .Select(name => Compare(name, sites, name == target))
                .Select(column => column with { Differences = [.. column.Differences, .. exchanged[column.Name]] }),
        ];
    }

    /// <summary>Files that have rows in common, one sentence a pair.</summary>
    public static ImmutableArray<string> Repeated(IReadOnlyList<TableProfile> sites) => RepeatedRows.Between(sites);

    private static bool IsIdentifier(ImmutableArray<ColumnProfile> profiles) =>
        IdentifierRule.Reason(new ColumnFacts(profiles[0].Name, profiles)) is not null;

    private static ColumnComparison Compare(string name, IReadOnlyList<TableProfile> sites, bool label)
    {
        ColumnProfile?[] written = [.. sites.Select(site => site.Find(name))];
        ColumnProfile?[] profiles = [.. written.Select(profile => profile?.Measured ?? profile)];
        bool compact = CompactDates.Hold(new ColumnFacts(name, [.. profiles.OfType<ColumnProfile>()], label));
        ImmutableArray<SiteColumn> columns =
        [
            .. profiles.Select((profile, i) => Describe(profile, sites[i].Table.Source, compact))
                .Zip(written, (column, profile) => column with { Unit = profile?.Unit }),
        ];
        return new ColumnComparison(name, columns, [.. OtherUnit(columns), .. Differences(columns, profiles, label)]);
    }

    private static SiteColumn Describe(ColumnProfile? profile, string source, bool compact)
    {
        if (profile is null)
        {
            return new SiteColumn(source, "absent", 1, "");
        }

        int odd = profile.Texts.Total + profile.Markers.Total;
        int dates = profile.AnyDates;
        string kind = profile.Numbers.Total + odd == 0 ? "empty"
            : compact && profile.Numbers.Total > 0 ? "dates"
            : profile.Texts.Total == 0 && profile.Numbers.Total > 0 ? "numbers"
            : dates > 0 && dates >= 0.9 * profile.Texts.Total && profile.Numbers.Total == 0 ? "dates"
            : profile.Numbers.Total >= 0.9 * (profile.Numbers.Total + profile.Texts.Total) ? "numbers"
            : profile.Numbers.Total > 0.5 * (profile.Numbers.Total + profile.Texts.Total) ? "mixed" : "texts";
        int missing = profile.Missing + (kind == "numbers" ? odd : 0);
        return new SiteColumn(profile.Source, kind, missing / (double)Math.Max(1, profile.Rows), Range(kind, profile));
    }

    private static string Range(string kind, ColumnProfile profile) => kind switch
    {
        "numbers" => string.Create(CultureInfo.InvariantCulture,
            $"{profile.Minimum:G5} .. {profile.Mean:G5} .. {profile.Maximum:G5}"),
        "texts" or "mixed" => profile.Texts.Overflow || profile.Texts.DistinctShare > 0.5 && profile.Texts.Distinct > 20
            ? string.Create(CultureInfo.InvariantCulture, $"{profile.Texts.Distinct} different")
            : Quoted.List(ColumnFacts.Values(profile).Keys.Order(StringComparer.Ordinal)),
        _ => "",
    };

    private static IEnumerable<string> OtherUnit(ImmutableArray<SiteColumn> columns)
    {
        SiteColumn[] numbers = [.. columns.Where(column => column.Kind == "numbers")];
        if (numbers.Select(column => column.Unit).Distinct(StringComparer.Ordinal).Count() > 1)
        {
            yield return
                $"not the same unit at all sites: "
                + $"{string.Join(", ", numbers.Select(column => $"{column.Unit ?? "none"} at {column.Source}"))}";
        }
    }

    private static IEnumerable<string> Differences(
        ImmutableArray<SiteColumn> columns, ColumnProfile?[] profiles, bool label)
    {
        string[] kinds =
            [.. columns.Select(column => column.Kind).Where(kind => kind != "empty").Distinct(StringComparer.Ordinal)];
        if (kinds.Length > 1)
        {
            yield return
                $"not the same kind at all sites: "
                + $"{string.Join(", ", columns.Select(column => $"{column.Source} {column.Kind}"))}";
        }
        else if (kinds is ["numbers"] && !IsIdentifier([.. profiles.OfType<ColumnProfile>()])
            && (OtherCodes(profiles) ?? OtherScale(profiles) ?? Apart(profiles)) is string scale)
        {
            yield return scale + (label ? LabelWarning : "");
        }
        else if (kinds is ["texts"] && NothingShared(profiles) is string alone)
        {
            yield return alone;
        }

        if (FewSitesRule.Sentence(profiles) is string few)
        {
            yield return few;
        }

        double least = columns.Min(column => column.MissingShare);
        SiteColumn worst = columns.MaxBy(column => column.MissingShare)!;
        if (worst.Kind != "absent" && worst.MissingShare - least > MuchMissing)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{Math.Round(100 * worst.MissingShare)} % missing at {worst.Source}, {Math.Round(100 * least)} % "
                + $"elsewhere");
        }
    }

    /// <summary>Numbers of which one site's all lie beyond those of every other site.</summary>
    private static string? Apart(ColumnProfile?[] profiles)
    {
        ColumnProfile[] known =
            [.. profiles.OfType<ColumnProfile>().Where(profile => profile.Numbers.Total >= LeastCells)];
        ColumnProfile? alone = known.Length < 2 ? null : known.FirstOrDefault(one =>
            one.Numbers.Distinct > 1 && known.All(
                other => other == one || (other.Numbers.Distinct > 1
                    && (other.Minimum > one.Maximum || other.Maximum < one.Minimum))));
        return alone is null ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"the ranges do not meet: {alone.Minimum:G5} .. {alone.Maximum:G5} at {alone.Source}, {known.Where(other => other != alone).Min(other => other.Minimum):G5} .. {known.Where(other => other != alone).Max(other => other.Maximum):G5} elsewhere");
    }

    /// <summary>Texts of which one site has none of the others'.</summary>
    private static string? NothingShared(ColumnProfile?[] profiles)
    {
        ColumnProfile[] known =
            [.. profiles.OfType<ColumnProfile>().Where(profile => profile.Texts.Total >= LeastCells)];
        if (known.Length < 2 || !Array.TrueForAll(known,
            profile => !profile.Texts.Overflow
                && profile.Texts.Distinct is >= 2 and <= SchemaOptions.DefaultMaxCategories))
        {
            return null;
        }

        ColumnProfile? alone = known.FirstOrDefault(
            one => known.All(other => other == one || !one.Texts.Counts.Keys.Any(other.Texts.Counts.ContainsKey)));
        return alone is null ? null
            : $"no value in common: {Quoted.List(alone.Texts.Counts.Keys.Order(StringComparer.Ordinal))} at "
            + $"{alone.Source}, "
                + $"{Quoted.List(known.Where(other => other != alone).SelectMany(other => other.Texts.Counts.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))} elsewhere";
    }

    /// <summary>
    /// Two numbers at every site, but not the same two; or a few whole numbers, another site's all moved.
    /// </summary>
    private static string? OtherCodes(ColumnProfile?[] profiles)
    {
        ColumnProfile[] known = [.. profiles.OfType<ColumnProfile>().Where(profile => profile.Numbers.Total > 0)];
        double[][] values = [.. known.Select(profile => profile.Numbers.Counts.Keys.Order().ToArray())];
        if (!Array.TrueForAll(known, profile => profile.Whole)
            || !Array.TrueForAll(values, site => site.Length is >= 2 and <= MostCodes))
        {
            return null;
        }

        bool Other(double[] a, double[] b) => a.Length == b.Length && !a.SequenceEqual(b)
            && (a.Length == 2 || a.Zip(b).All(pair => pair.Second - pair.First == b[0] - a[0]));
        int other = Array.FindIndex(values, site => Other(values[0], site));
        return other < 0 ? null
            : $"other codes? {Codes(values[0])} at {known[0].Source} and {Codes(values[other])} at "
            + $"{known[other].Source}";
    }

    private static string Codes(double[] values) => Quoted.List(values.Select(NumberSpelling.Of));

    /// <summary>
    /// Amounts, of one sign at all sites, whose means differ by half or more while the ranges do not meet: mg/dl
    /// against mmol/l, Fahrenheit against Celsius. Not two values in all, such as classes that sites have one each of.
    /// </summary>
    private static string? OtherScale(ColumnProfile?[] profiles)
    {
        ColumnProfile[] known = [.. profiles.OfType<ColumnProfile>().Where(profile => profile.Numbers.Total > 0)];
        bool amounts = Array.TrueForAll(known, profile => profile.Minimum >= 0)
            || Array.TrueForAll(known, profile => profile.Maximum <= 0);
        if (known.Length < 2 || !amounts || known.SelectMany(profile => profile.Numbers.Counts.Keys).Distinct().Take(3)
            .Count() < 3)
        {
            return null;
        }

        ColumnProfile low = known.MinBy(profile => Math.Abs(profile.Mean))!;
        ColumnProfile high = known.MaxBy(profile => Math.Abs(profile.Mean))!;
        bool apart = low.Maximum < high.Minimum || high.Maximum < low.Minimum;
        return apart && Math.Abs(high.Mean) > OtherUnits * Math.Abs(low.Mean)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"other units? the mean is {low.Mean:G5} at {low.Source} and {high.Mean:G5} at {high.Source}, and "
                + $"the ranges do not meet")
            : null;
    }
}
