using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Columns;

namespace SecureFL.Learning.Data.Checks;

/// <summary>Finds files that were given twice, or that hold a part of another's rows.</summary>
internal static class RepeatedRows
{
    private const int LeastRows = 10;

    /// <summary>
    /// Least share of a file's rows that stand in another, and so many times more than repeat a row of their own file.
    /// </summary>
    private const double LeastShare = 0.05;

    private const double Chance = 3;

    /// <summary>
    /// Files that hold the same rows in the same order, or many of another's rows; one sentence a pair.
    /// </summary>
    internal static ImmutableArray<string> Between(IReadOnlyList<TableProfile> sites)
    {
        ArgumentNullException.ThrowIfNull(sites);
        ulong[][] rows = [.. sites.Select(site => site.Table.Rows.Select(row => Hash(row.Cells.AsSpan())).ToArray())];
        HashSet<ulong>[] sets = [.. rows.Select(site => site.ToHashSet())];
        List<string> said = [];
        for (int b = 1; b < sites.Count; b++)
        {
            for (int a = 0; a < b; a++)
            {
                if (sites[a].Table.Columns.SequenceEqual(sites[b].Table.Columns)
                    && Sentence(sites[a].Table.Source, rows[a], sets[a], sites[b].Table.Source, rows[b], sets[b])
                    is string sentence)
                {
                    said.Add(sentence);
                }
            }
        }

        return [.. said];
    }

    private static string? Sentence(string first, ulong[] a, HashSet<ulong> inA, string second, ulong[] b,
        HashSet<ulong> inB)
    {
        if (a.AsSpan().SequenceEqual(b))
        {
            return $"{first} and {second} hold the same rows: is one file given twice?";
        }

        // Rows of few different values repeat by chance, within a file as between two.
        int common = b.Count(inA.Contains);
        int own = b.Length - inB.Count + a.Length - inA.Count;
        return common >= LeastShare * Math.Min(a.Length, b.Length) && common >= LeastRows + Chance * own
            ? string.Create(CultureInfo.InvariantCulture,
                $"{common} of {b.Length} rows of {second} stand in {first} too: are they the same people twice?")
            : null;
    }

    // FNV-1a over the characters, cells apart.
    private static ulong Hash(ReadOnlySpan<string> cells)
    {
        ulong hash = 14695981039346656037;
        foreach (string cell in cells)
        {
            foreach (char c in cell)
            {
                hash = unchecked((hash ^ c) * 1099511628211);
            }

            hash = unchecked((hash ^ 0x1F) * 1099511628211);
        }

        return hash;
    }
}
