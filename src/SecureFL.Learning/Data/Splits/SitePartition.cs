using System.Globalization;
using System.Numerics;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Data.Splits;

/// <summary>
/// Splits one table into sites. All splits are lists of row indexes, so they serve tables and data sets alike.
/// Thread-safe.
/// </summary>
public static class SitePartition
{
    /// <summary>Draws of a Dirichlet split before it is given up.</summary>
    public const int Attempts = 1000;

    /// <summary>One site for each value of a column, in the order of first appearance.</summary>
    /// <exception cref="DataFormatException">A row says nothing in that column.</exception>
    public static IReadOnlyList<(string Site, RawTable Table)> ByColumn(RawTable table, string column)
    {
        ArgumentNullException.ThrowIfNull(table);
        int position = table.FindColumn(column);
        Dictionary<string, List<RawRow>> groups = new(StringComparer.Ordinal);
        List<string> order = [];
        foreach (RawRow row in table.Rows)
        {
            string site = row.Cells[position];
            if (MissingValue.Is(site))
            {
                throw new DataFormatException(table.Source, "the row names no site", row.Line, table.Columns[position]);
            }

            if (!groups.TryGetValue(site, out List<RawRow>? rows))
            {
                groups[site] = rows = [];
                order.Add(site);
            }

            rows.Add(row);
        }

        return [.. order.Select(site => (site, table.WithRows(groups[site])))];
    }

    /// <summary>Rows dealt out at random, sizes equal up to one.</summary>
    /// <exception cref="ArgumentException">Fewer rows than sites.</exception>
    public static int[][] Iid(int rows, int sites, ulong seed)
    {
        CheckSites(rows, sites);
        int[] order = SeededRandom.For(seed, "partition-iid").Permutation(rows);
        List<int>[] parts = NewParts(sites);
        for (int i = 0; i < rows; i++)
        {
            parts[i % sites].Add(order[i]);
        }

        return Sorted(parts);
    }

    /// <summary>
    /// Label skew (Hsu, Qi and Brown 2019): for every class, site shares are drawn from Dirichlet(alpha). Small alpha
    /// gives sites with few classes each. Redrawn, with the next stream of the same seed, until every site has
    /// <paramref name="minimumRows"/> rows.
    /// </summary>
    /// <exception cref="ArgumentException">Too few rows for that, no classes, or none of <see cref="Attempts"/> draws
    /// succeeded.</exception>
    public static int[][] Dirichlet<T>(DataRows<T> data, int sites, double alpha, ulong seed, int minimumRows = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(minimumRows);
        CheckSites(data.Count, sites);
        if ((long)sites * minimumRows > data.Count)
        {
            throw new ArgumentException($"{data.Count} rows do not make {sites} sites with {minimumRows} rows each",
                nameof(minimumRows));
        }

        if (data.ClassCount == 0)
        {
            throw new ArgumentException("a label skew needs classes, not real targets", nameof(data));
        }

        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            List<int>[] parts = DealByClass(data, sites, alpha, SeededRandom.For(seed, "partition-dirichlet", attempt));
            if (Array.TrueForAll(parts, part => part.Count >= minimumRows))
            {
                return Sorted(parts);
            }
        }

        throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture,
                $"of {Attempts} draws of a Dirichlet({alpha}) split none gives each of {sites} sites at least "
                + $"{minimumRows} of {data.Count} rows"), nameof(alpha));
    }

    private static List<int>[] DealByClass<T>(DataRows<T> data, int sites, double alpha, SeededRandom random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<int>[] parts = NewParts(sites);
        for (int label = 0; label < data.ClassCount; label++)
        {
            int[] members =
                [.. Enumerable.Range(0, data.Count).Where(i => int.CreateTruncating(data.Labels[i]) == label)];
            random.Shuffle<int>(members);
            double[] shares = random.NextDirichlet(alpha, sites);
            double cumulative = 0;
            int from = 0;
            for (int site = 0; site < sites; site++)
            {
                cumulative += shares[site];
                int to = site == sites - 1 ? members.Length : (int)Math.Round(cumulative * members.Length);
                to = Math.Clamp(to, from, members.Length);
                parts[site].AddRange(members.AsSpan(from, to - from));
                from = to;
            }
        }

        return parts;
    }

    private static List<int>[] NewParts(int sites) => [.. Enumerable.Range(0, sites).Select(_ => new List<int>())];

    private static int[][] Sorted(List<int>[] parts)
    {
        foreach (List<int> part in parts)
        {
            part.Sort();
        }

        return [.. parts.Select(part => part.ToArray())];
    }

    private static void CheckSites(int rows, int sites)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sites);
        if (rows < sites)
        {
            throw new ArgumentException($"{rows} rows do not make {sites} sites with a row each", nameof(rows));
        }
    }
}
