namespace SecureFL.Learning.Metrics;

/// <summary>
/// Bins for a second count of the same rows, laid where the first one left pairs of positive and negative rows in one
/// bin: each such bin is divided, all the more the more pairs it
/// holds, and bins that hold one kind alone are joined with their like. So the AUC's bound shrinks, whatever the
/// scores' spread. A function of opened counts alone: all sites lay the
/// same bins. Immutable and thread-safe.
/// </summary>
public sealed class FineGrid
{
    private readonly double[] _edges;

    private FineGrid(double[] edges) => _edges = edges;

    /// <summary>How many bins.</summary>
    public int Bins => _edges.Length + 1;

    /// <summary>Divides the bins of a first count.</summary>
    /// <param name="scores">The first count.</param>
    /// <param name="bins">Most bins to lay; where the first count needs more than that undivided, its own bins
    /// stay.</param>
    public static FineGrid Of(ScoreHistogram scores, int bins)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        // Runs of bins that tie no pairs need no edges within.
        List<(int From, int To, double Pairs)> runs = [];
        int kind = 0;
        for (int bin = 0; bin < scores.Grid.Bins; bin++)
        {
            (long positive, long negative) = scores.CountsIn(bin);
            int here = (positive > 0 ? 1 : 0) + (negative > 0 ? 2 : 0);
            bool joins = runs.Count > 0 && runs[^1].Pairs == 0 && here != 3 && (here == 0 || kind == 0 || here == kind);
            if (joins)
            {
                runs[^1] = (runs[^1].From, bin + 1, 0);
                kind |= here;
            }
            else
            {
                runs.Add((bin, bin + 1, (double)positive * negative));
                kind = here;
            }
        }

        // The sum of pairs / parts is least where parts are in proportion to the root of the pairs.
        double roots = runs.Sum(run => Math.Sqrt(run.Pairs));
        int spare = Math.Max(0, bins - runs.Count);
        List<double> edges = [];
        foreach ((int from, int to, double pairs) in runs)
        {
            (double low, double high) = scores.Grid.Span(from, to);
            int parts = pairs > 0 ? 1 + (int)(spare * (Math.Sqrt(pairs) / roots)) : 1;
            for (int part = 1; part < parts; part++)
            {
                edges.Add(low + ((high - low) * part / parts));
            }

            edges.Add(scores.Grid.Edge(to));
        }

        // The last run ends at infinity.
        return new FineGrid([.. edges[..^1]]);
    }

    /// <summary>The bin of a logit, which may be infinite but not NaN; a bin holds its upper edge.</summary>
    public int BinOf(double logit)
    {
        int found = Array.BinarySearch(_edges, logit);
        return found >= 0 ? found : ~found;
    }
}
