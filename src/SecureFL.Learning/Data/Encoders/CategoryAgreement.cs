using System.Collections.Immutable;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Data.Encoders;

/// <summary>
/// Agrees on a column's categories by a secure sum of counts: the plan names candidates, each site counts its rows of
/// each, only the total is opened. No site shows which categories it has. Candidates below a minimum count, and
/// everything else, fall under "unseen".
/// </summary>
public static class CategoryAgreement
{
    /// <summary>
    /// This site's rows of each candidate, in their order, and last its rows of none of them (missing cells are not
    /// counted).
    /// </summary>
    public static long[] Count(RawTable table, string column, ImmutableArray<string> candidates,
        MissingCodes? codes = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        codes ??= new MissingCodes([]);
        CategoryIndex positions = new(candidates);
        long[] counts = new long[candidates.Length + 1];
        int cellIndex = table.FindColumn(column);
        foreach (RawRow row in table.Rows)
        {
            string cell = row.Cells[cellIndex];
            if (!codes.IsMissing(table, cell))
            {
                int position = positions.Find(table, cell);
                counts[position < 0 ? candidates.Length : position]++;
            }
        }

        return counts;
    }

    /// <summary>
    /// The column with the candidates whose summed count reaches <paramref name="minimumCount"/>, of these the
    /// <paramref name="most"/> commonest; of equally common ones the earlier candidates.
    /// </summary>
    /// <exception cref="ArgumentException">As many totals are needed as there are candidates, or one more.</exception>
    public static ColumnSchema Agree(string column, ImmutableArray<string> candidates, ReadOnlySpan<long> totals,
        long minimumCount = 1, int most = int.MaxValue)
    {
        if (totals.Length != candidates.Length && totals.Length != candidates.Length + 1)
        {
            throw new ArgumentException($"{totals.Length} totals for {candidates.Length} candidates", nameof(totals));
        }

        long[] counts = totals.ToArray();
        IEnumerable<int> kept = Enumerable.Range(0, candidates.Length).Where(i => counts[i] >= minimumCount)
            .OrderByDescending(i => counts[i]).Take(most).Order();
        return new ColumnSchema
        {
            Name = column,
            Kind = ColumnKind.Categorical,
            Categories = [.. kept.Select(i => candidates[i])]
        };
    }
}
