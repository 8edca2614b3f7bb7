using System.Collections.Immutable;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Sites;

/// <summary>Settles the categories of all categorical columns by one secure sum of counts.</summary>
internal static class AgreedCategories
{
    /// <summary>
    /// The schema with the categories that enough rows of all sites together have, and of these the commonest.
    /// </summary>
    internal static async Task<TableSchema> AgreeAsync(
        TableSchema schema, IReadOnlyList<(string Site, RawTable Table)> sites, ISecureSum sum, SiteSettings settings,
        CancellationToken cancellationToken)
    {
        ImmutableArray<ColumnSchema> columns =
            [.. schema.Features.Where(column => column.Kind == ColumnKind.Categorical)];
        if (columns.IsEmpty)
        {
            return schema;
        }

        long[][] counters = Count(columns, sites, settings);
        long[] totals = await FederatedPreparation.SumCountersAsync(
            sum, [.. sites.Select(site => site.Site)], counters, MetricLayout.CountBits, settings.Seed,
            cancellationToken).ConfigureAwait(false);
        return Settle(schema, columns, totals, settings);
    }

    /// <summary>The same from sums in the clear, for rows that one owner has.</summary>
    internal static TableSchema Pooled(TableSchema schema, IReadOnlyList<(string Site, RawTable Table)> sites,
        SiteSettings settings)
    {
        ImmutableArray<ColumnSchema> columns =
            [.. schema.Features.Where(column => column.Kind == ColumnKind.Categorical)];
        if (columns.IsEmpty || (settings.Columns.MaxCategories is null && settings.Columns.MinCategoryCount == 1))
        {
            return schema;
        }

        long[][] counters = Count(columns, sites, settings);
        long[] totals = [.. Enumerable.Range(0, counters[0].Length).Select(i => counters.Sum(site => site[i]))];
        return Settle(schema, columns, totals, settings);
    }

    private static long[][] Count(ImmutableArray<ColumnSchema> columns,
        IReadOnlyList<(string Site, RawTable Table)> sites, SiteSettings settings)
    {
        MissingCodes codes = new(settings.Columns.MissingValues);
        return
        [
            .. sites.Select(
                site =>
                    columns.SelectMany(
                        column => CategoryAgreement.Count(site.Table, column.Name, column.Categories, codes))
                        .ToArray()),
        ];
    }

    private static TableSchema Settle(TableSchema schema, ImmutableArray<ColumnSchema> columns, long[] totals,
        SiteSettings settings)
    {
        Dictionary<string, ColumnSchema> agreed = new(StringComparer.Ordinal);
        int at = 0;
        foreach (ColumnSchema column in columns)
        {
            int length = column.Categories.Length + 1;
            ColumnSchema settled = CategoryAgreement.Agree(
                column.Name, column.Categories, totals.AsSpan(at, length), settings.Columns.MinCategoryCount,
                settings.Columns.MaxCategories ?? int.MaxValue);
            agreed.Add(column.Name, settled with { OmitFirstCategory = column.OmitFirstCategory });
            at += length;
        }

        return schema with
        { Features = [.. schema.Features.Select(column => agreed.GetValueOrDefault(column.Name, column))] };
    }
}
