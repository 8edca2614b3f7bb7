using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Data.ColumnRules;

/// <summary>
/// Points out a few numbers that stand so far from all others of their file that they are slips of the key, such as 1e9
/// among values near 100: scaled with the column, one of them leaves no difference between all others. Skewed columns
/// (incomes, laboratory values) have a tail that thins out; these cells have nothing between themselves and the rest.
/// </summary>
internal static class FarCellRule
{
    private const int LeastNumbers = 20;

    /// <summary>Times the distance that any other number has from the median.</summary>
    private const double Gap = 10;

    /// <summary>
    /// Distances from the median, in interquartile ranges: of the numbers, and of their logarithms where all are
    /// positive.
    /// </summary>
    private const double Ranges = 50;
    private const double LogRanges = 10;

    /// <summary>Times the distance of all others from the median where half of the column is one number.</summary>
    private const double Absurd = 1000;

    /// <summary>Most share of such cells, of which two are always allowed.</summary>
    private const double Share = 0.002;

    /// <summary>One sentence for each such cell of the column, in the order of the files.</summary>
    internal static IEnumerable<string> Sentences(ColumnFacts column)
    {
        HashSet<double> codes = [.. SentinelRule.Find(column).Select(code => code.Value)];
        return
            from site in column.Sites
            from far in Find(site)
            where !codes.Contains(far.Value)
            select string.Create(
                CultureInfo.InvariantCulture,
                $"column {column.Name}: {far.Value:R} in {far.Row.Source ?? site.Source}, line {far.Row.Line}, is "
                + $"far beyond the others, ")
                + string.Create(CultureInfo.InvariantCulture,
                    $"{far.Least:G5} .. {far.Median:G5} .. {far.Most:G5} (least, median, largest), ")
                + "and leaves them no difference once the column is scaled; correct or empty the cell if it is a slip";
    }

    private static IEnumerable<(double Value, RawRow Row, double Least, double Median, double Most)> Find(
        ColumnProfile site)
    {
        ImmutableArray<double> sample = site.Sample.Sorted();
        if (site.Sample.Count < LeastNumbers)
        {
            yield break;
        }

        double median = At(sample, 0.5);
        (double Value, RawRow Row)[] ends =
            [.. site.Sample.Ends.OrderByDescending(end => Math.Abs(end.Value - median))];
        int far = FarCount(ends, median, site.Sample.Count);
        (double Value, RawRow Row)[] rest = ends[far..];
        (double least, double most) = rest.Length == 0 ? (median, median)
            : (rest.Min(end => end.Value), rest.Max(end => end.Value));
        double reach = Math.Max(most - median, median - least);
        foreach ((double value, RawRow row) in ends[..far].Where(end => IsBeyond(end.Value, sample, least, reach))
            .OrderBy(end => end.Row.Line))
        {
            yield return (value, row, least, median, most);
        }
    }

    // How many of the outermost numbers lie beyond the innermost gap; 0 for no gap, or too many.
    private static int FarCount((double Value, RawRow Row)[] ends, double median, long count)
    {
        int most = Math.Min((int)Math.Max(2, Share * count), NumberSample.Outermost - 1);
        int far = 0;
        for (int i = 0; i < Math.Min(most, ends.Length - 1); i++)
        {
            double distance = Math.Abs(ends[i].Value - median);
            double next = Math.Abs(ends[i + 1].Value - median);
            far = next > 0 && distance > Gap * next ? i + 1 : far;
        }

        return far;
    }

    private static bool IsBeyond(double value, ImmutableArray<double> sample, double least, double reach)
    {
        double median = At(sample, 0.5);
        double range = At(sample, 0.75) - At(sample, 0.25);
        if (range <= 0)
        {
            // A column that is mostly one number has no quartiles to go by: only what is absurd beside the rest is
            // told.
            return Math.Abs(value - median) > Absurd * reach;
        }

        if (Math.Abs(value - median) < Ranges * range)
        {
            return false;
        }

        if (least <= 0 || value <= 0)
        {
            return true;
        }

        double logs = Math.Log(At(sample, 0.75)) - Math.Log(At(sample, 0.25));
        return Math.Abs(Math.Log(value) - Math.Log(median)) > LogRanges * logs;
    }

    private static double At(ImmutableArray<double> sorted, double share) =>
        sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
