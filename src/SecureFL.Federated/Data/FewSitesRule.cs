namespace SecureFL.Federated.Data;

/// <summary>
/// The sums that prepare a training are opened column by column: of a column that one site alone has values of, they are that site's own statistics, and of two each learns the
/// other's by subtracting its own.
/// </summary>
public static class FewSitesRule
{
    /// <summary>Refuses a feature of which only one site has values.</summary>
    /// <param name="sites">All sites' tables.</param>
    /// <param name="schema">What is trained on.</param>
    /// <exception cref="DataFormatException">Names the column and the site.</exception>
    public static void Check(IReadOnlyList<TableProfile> sites, TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(schema);
        foreach (string name in sites.Count < 2 ? [] : schema.Features.Select(column => column.Name))
        {
            if (WithValues([.. sites.Select(site => site.Find(name))]) is [ColumnProfile alone])
            {
                throw new DataFormatException(
                    alone.Source,
                    "no other site has a value of this column, so the sums of it that are opened to all would be this site's own statistics",
                    column: name,
                    wayOut: $"--ignore {name} leaves the column out at all sites");
            }
        }
    }

    /// <summary>What is to be known of a column of which two sites of more have values; null of others.</summary>
    internal static string? Sentence(IReadOnlyList<ColumnProfile?> sites) => sites.Count > 2 && WithValues(sites) is [ColumnProfile a, ColumnProfile b]
        ? $"only {a.Source} and {b.Source} have values: from the opened sums each of them learns the other's mean and deviation"
        : null;

    private static ColumnProfile[] WithValues(IReadOnlyList<ColumnProfile?> sites) =>
        [.. sites.OfType<ColumnProfile>().Where(site => site.Numbers.Total + site.Texts.Total + site.Markers.Total > 0)];
}
