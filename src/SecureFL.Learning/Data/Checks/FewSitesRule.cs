using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Data.Checks;

/// <summary>
/// The sums that prepare a training are opened column by column: of a column that one site alone has values of, they
/// are that site's own statistics, and of two each learns the other's by subtracting its own. Cells that count as
/// missing are no values, whatever stands in them.
/// </summary>
public static class FewSitesRule
{
    /// <summary>
    /// Refuses a feature of which only one site's table has values; for tables, before anything is summed.
    /// </summary>
    /// <param name="sites">All sites' tables.</param>
    /// <param name="schema">What is trained on.</param>
    /// <exception cref="DataFormatException">Names the column and the site.</exception>
    public static void Check(IReadOnlyList<RawTable> sites, TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(schema);
        MissingCodes codes = new(schema.MissingValues ?? []);
        foreach (ColumnSchema column in sites.Count < 2 ? [] : schema.Features)
        {
            if (Alone(sites, site => HasValue(site, column, codes)) is RawTable alone)
            {
                throw Refusal(alone.Source, column.Name, "",
                    $"--ignore {column.Name} leaves the column out at all sites");
            }
        }
    }

    /// <summary>
    /// Refuses a feature of which only one site's training rows have values; for the rows of one run, however its
    /// columns were found.
    /// </summary>
    /// <param name="sites">The sites that are summed.</param>
    /// <param name="schema">Their columns; null for arrays, whose columns have numbers.</param>
    /// <param name="run">Where the run is not that of all sites, what it is: "without a.csv, ".</param>
    /// <exception cref="DataFormatException">Names the column and the site.</exception>
    public static void Check(IReadOnlyList<(string Site, RawDataset Rows)> sites, TableSchema? schema, string run = "")
    {
        ArgumentNullException.ThrowIfNull(sites);
        int columns = sites.Count < 2 ? 0 : schema?.Features.Length ?? sites[0].Rows.Width;
        for (int c = 0, at = 0; c < columns; c++)
        {
            ColumnSchema? column = schema?.Features[c];
            int width = column is null ? 1 : TableSchema.WidthOf(column);
            int last = at + width - 1;
            bool categorical = column?.Kind == ColumnKind.Categorical;
            if (sites.All(site => last < site.Rows.Width)
                && Alone(sites, site => HasValue(site.Rows, last, categorical)) is ({ } alone, _))
            {
                string name = column?.Name ?? FormattableString.Invariant($"{c}");
                throw Refusal(
                    alone,
                    name,
                    run,
                    column is null ? "leave the column out of all sites' arrays"
                        : $"--ignore {name} leaves the column out at all sites; a training file that fixes "
                        + $"data.schema is to do without it");
            }

            at += width;
        }
    }

    /// <summary>What is to be known of a column of which two sites of more have values; null of others.</summary>
    internal static string? Sentence(IReadOnlyList<ColumnProfile?> sites)
    {
        ColumnProfile[] known = [.. sites.OfType<ColumnProfile>()];
        long numbers = known.Sum(site => (long)site.Numbers.Total);
        long most = numbers + known.Sum(site => (long)site.Texts.Total);
        Func<ColumnProfile, int> values = numbers > 0 && numbers >= ColumnFacts.NumberShare * most
            ? site => site.Numbers.Total
            : most > 0 && known.Sum(site => (long)site.AnyDates) >= ColumnFacts.NumberShare * most
            ? site => site.AnyDates
            : site => site.Numbers.Total + site.Texts.Total + site.Markers.Total;
        return sites.Count > 2 && known.Where(site => values(site) > 0).ToArray() is [ColumnProfile a, ColumnProfile b]
            ? $"only {a.Source} and {b.Source} have values: from the opened sums each of them learns the other's "
            + $"mean and deviation"
            : null;
    }

    /// <summary>The one of which it is true; the default where it is true of none or of several.</summary>
    private static T? Alone<T>(IReadOnlyList<T> sites, Func<T, bool> has)
    {
        T[] two = [.. sites.Where(has).Take(2)];
        return two.Length == 1 ? two[0] : default;
    }

    private static bool HasValue(RawTable table, ColumnSchema column, MissingCodes codes)
    {
        int position = table.FindColumn(column.Name);
        CategoryIndex categories = new(column.Categories);
        return table.Rows.Any(row => row.Cells[position] is string cell && !codes.IsMissing(table, cell)
            && (column.Kind == ColumnKind.Numeric ? TableEncoder.TryRead(table, column, column.Unit, cell, out _)
                : categories.Find(table, cell) >= 0));
    }

    /// <summary>
    /// A number, or a category that was agreed on: the last feature of a categorical column is 1 where there is none.
    /// </summary>
    private static bool HasValue(RawDataset rows, int feature, bool categorical) =>
        Enumerable.Range(0, rows.Count)
        .Any(r => rows.Row(r)[feature] is double value && !double.IsNaN(value) && !(categorical && value == 1));

    private static DataFormatException Refusal(string source, string column, string run, string wayOut) => new(
        source,
        $"{run}no other site has a value of this column, so the sums of it that are opened to all would be this "
        + $"site's own statistics",
        column: column,
        wayOut: wayOut);
}
