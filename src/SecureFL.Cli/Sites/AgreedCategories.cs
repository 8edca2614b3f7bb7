using System.Collections.Immutable;
using SecureFL.Federated.Data;
using SecureFL.Federated.Metrics;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Sites;

/// <summary>Settles the categories of all categorical columns by one secure sum of counts.</summary>
internal static class AgreedCategories
{
    /// <summary>The schema with the categories that at least <paramref name="minimumCount"/> rows of all sites together have.</summary>
    internal static async Task<TableSchema> AgreeAsync(
        TableSchema schema, IReadOnlyList<(string Site, RawTable Table)> sites, ISecureSum sum, ulong seed, long minimumCount, CancellationToken cancellationToken)
    {
        ImmutableArray<ColumnSchema> columns = [.. schema.Features.Where(column => column.Kind == ColumnKind.Categorical)];
        if (columns.IsEmpty)
        {
            return schema;
        }

        long[][] counters = [.. sites.Select(site => columns.SelectMany(column => CategoryAgreement.Count(site.Table, column.Name, column.Categories)).ToArray())];
        long[] totals = await FederatedPreparation.SumCountersAsync(
            sum, [.. sites.Select(site => site.Site)], counters, MetricLayout.CountBits, seed, cancellationToken).ConfigureAwait(false);
        Dictionary<string, ColumnSchema> agreed = new(StringComparer.Ordinal);
        int at = 0;
        foreach (ColumnSchema column in columns)
        {
            int length = column.Categories.Length + 1;
            ColumnSchema settled = CategoryAgreement.Agree(column.Name, column.Categories, totals.AsSpan(at, length), minimumCount);
            agreed.Add(column.Name, settled with { OmitFirstCategory = column.OmitFirstCategory });
            at += length;
        }

        return schema with { Features = [.. schema.Features.Select(column => agreed.GetValueOrDefault(column.Name, column))] };
    }
}
