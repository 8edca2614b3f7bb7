namespace SecureFL.Learning.Metrics;

/// <summary>
/// Rows by their class and the class they were taken for, and the shares that follow. Shares are null where nothing
/// stands below the line. Immutable.
/// </summary>
public sealed class ConfusionMatrix
{
    private readonly long[] _cells;

    /// <summary>
    /// A matrix of <paramref name="classCount"/> by <paramref name="classCount"/> cells, row by row: the actual class
    /// selects the row.
    /// </summary>
    /// <exception cref="ArgumentException">Another number of cells, or counts that no rows have.</exception>
    public ConfusionMatrix(int classCount, ReadOnlySpan<long> cells)
    {
        if (cells.Length != classCount * classCount)
        {
            throw new ArgumentException($"{cells.Length} cells for {classCount} classes", nameof(cells));
        }

        ClassCount = classCount;
        _cells = cells.ToArray();
        Total = CounterSum.OfRows(cells);
    }

    /// <summary>Classes.</summary>
    public int ClassCount { get; }

    /// <summary>All rows.</summary>
    public long Total { get; }

    /// <summary>
    /// Rows of class <paramref name="actual"/> that were taken for class <paramref name="predicted"/>.
    /// </summary>
    public long this[int actual, int predicted] => _cells[(actual * ClassCount) + predicted];

    /// <summary>Rows of a class.</summary>
    public long Actual(int c) => Enumerable.Range(0, ClassCount).Sum(predicted => this[c, predicted]);

    /// <summary>Rows that were taken for a class.</summary>
    public long Predicted(int c) => Enumerable.Range(0, ClassCount).Sum(actual => this[actual, c]);

    /// <summary>Share of rows that were right.</summary>
    public double? Accuracy => Share(Enumerable.Range(0, ClassCount).Sum(c => this[c, c]), Total);

    /// <summary>Share of a class's rows that were found: recall, or the true positive rate.</summary>
    public double? Sensitivity(int c) => Share(this[c, c], Actual(c));

    /// <summary>Share of the other rows that were not taken for the class: the true negative rate.</summary>
    public double? Specificity(int c) => Share(Total - Actual(c) - Predicted(c) + this[c, c], Total - Actual(c));

    /// <summary>Share of the rows taken for a class that are of it: the positive predictive value.</summary>
    public double? Precision(int c) => Share(this[c, c], Predicted(c));

    /// <summary>
    /// 2 hits / (rows of the class + rows taken for it); null for a class that nobody has and nobody predicts.
    /// </summary>
    public double? F1(int c) => Share(2 * this[c, c], Actual(c) + Predicted(c));

    /// <summary>The mean F1 over the classes that have one.</summary>
    public double? MacroF1 => Enumerable.Range(0, ClassCount).Average(F1);

    private static double? Share(long part, long whole) => whole == 0 ? null : (double)part / whole;
}
