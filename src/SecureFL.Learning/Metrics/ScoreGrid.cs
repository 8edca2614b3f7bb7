namespace SecureFL.Learning.Metrics;

/// <summary>
/// Bins of scores on the logit scale log p / (1 - p), where rare outcomes lie as far apart as common ones: of one width
/// up to 12 on either side (probabilities of 6e-6), eight times
/// as wide up to 20 (2e-9); the outermost are open. Bins hold their upper edge, and 0 (a probability of one half) is an
/// edge. Immutable and thread-safe.
/// </summary>
public sealed record ScoreGrid
{
    private const double Narrow = 12;
    private const double Outermost = 20;
    private const double Widening = 8;

    // Narrow widths from 0 to the outermost edge, a side.
    private const double Reach = Narrow + ((Outermost - Narrow) / Widening);

    private readonly double _binsPerUnit;

    /// <summary>A grid.</summary>
    /// <param name="bins">How many bins: even, at least 2.</param>
    public ScoreGrid(int bins)
    {
        if (bins < 2 || bins % 2 != 0)
        {
            throw new ArgumentException($"{bins} bins: an even number, at least 2", nameof(bins));
        }

        Bins = bins;
        _binsPerUnit = bins / 2 / Reach;
    }

    /// <summary>How many bins.</summary>
    public int Bins { get; }

    /// <summary>The bin of a logit, which may be infinite but not NaN.</summary>
    public int BinOf(double logit)
    {
        double size = Math.Min(Math.Abs(logit), Outermost);
        double steps = (size <= Narrow ? size : Narrow + ((size - Narrow) / Widening)) * _binsPerUnit;
        return logit > 0
            ? Math.Min((Bins / 2) + (int)Math.Ceiling(steps) - 1, Bins - 1)
            : Math.Max((Bins / 2) - 1 - (int)Math.Floor(steps), 0);
    }

    /// <summary>
    /// The logit between bin <paramref name="edge"/> - 1 and bin <paramref name="edge"/>; infinite at 0 and at
    /// <see cref="Bins"/>.
    /// </summary>
    public double Edge(int edge)
    {
        if (edge <= 0 || edge >= Bins)
        {
            return edge <= 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        double steps = Math.Abs(edge - (Bins / 2)) / _binsPerUnit;
        double size = steps <= Narrow ? steps : Narrow + (Widening * (steps - Narrow));
        return edge < Bins / 2 ? -size : size;
    }

    /// <summary>
    /// Where the scores of bins <paramref name="from"/> to <paramref name="to"/> - 1 lie, as far as bins go.
    /// </summary>
    internal (double Low, double High) Span(int from, int to) =>
        (Math.Max(Edge(from), -Outermost), Math.Min(Edge(to), Outermost));

    /// <summary>
    /// The edge whose probability is nearest to <paramref name="probability"/>: thresholds can be counted at edges
    /// only.
    /// </summary>
    public int NearestEdge(double probability)
    {
        int below = BinOf(Math.Log(probability / (1 - probability)));
        double Distance(int edge) => Math.Abs(Probability(Edge(edge)) - probability);
        return Distance(below) <= Distance(below + 1) ? below : below + 1;
    }

    /// <summary>1 / (1 + e^-logit).</summary>
    public static double Probability(double logit) => 1 / (1 + Math.Exp(-logit));

    /// <summary>A probability that stands for all of a bin's scores: that of its middle on the logit scale.</summary>
    public double Middling(int bin)
    {
        double low = Math.Max(Edge(bin), -Outermost);
        double high = Math.Min(Edge(bin + 1), Outermost);
        return Probability((low + high) / 2);
    }
}
