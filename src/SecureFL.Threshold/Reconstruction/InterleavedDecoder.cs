using SecureFL.Threshold.Fields;

namespace SecureFL.Threshold.Reconstruction;

/// <summary>
/// Decodes N Reed-Solomon words at once whose errors sit in the same few rows: row j is everything holder x_j says, and
/// a liar may lie in any of its N coordinates. One random combination z_j = sum over k of w_k y_(j,k) of the
/// coordinates is decoded to locate liars; then ALL coordinates of the rows that remain are checked, exactly, against
/// the dual code.
/// <para>
/// What is certain: rows reported consistent are consistent in every coordinate; if at most e = floor((m - t) / 2) rows
/// lie, then no honest row is ever named and the reported set contains no liar, because the m - e rows or more that are
/// left agree and t or more of them are honest. What is not: a combination overlooks a given liar with probability 1/p,
/// and the next attempt draws another one, so that a correctable word is given up with a probability below
/// (e/p)^attempts. A refused decoding proves that more than e rows lie.
/// </para>
/// </summary>
internal sealed class InterleavedDecoder<TField>
    where TField : IPrimeField
{
    /// <summary>
    /// Fills the weights of an attempt with uniform elements that nobody knew when the rows were fixed.
    /// </summary>
    internal delegate void WeightSource(Span<uint> weights);

    private readonly int _threshold;
    private readonly WeightSource _weights;
    private readonly int _maxAttempts;

    public InterleavedDecoder(int threshold, WeightSource weights, int maxAttempts)
    {
        _threshold = threshold;
        _weights = weights;
        _maxAttempts = maxAttempts;
    }

    /// <summary>
    /// The indices of the rows that lie, in ascending order; null if they are inconsistent beyond correction. At least
    /// t rows.
    /// </summary>
    public int[]? LocateLiars(uint[] points, uint[][] rows)
    {
        List<int> active = [.. Enumerable.Range(0, rows.Length)];
        SortedSet<int> liars = [];
        int radius = (rows.Length - _threshold) / 2;
        for (int attempt = 0; liars.Count <= radius; attempt++)
        {
            if (AreConsistent(points, rows, active))
            {
                return [.. liars];
            }

            if (attempt == _maxAttempts || !TryLocateInCombination(points, rows, active, liars))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether every coordinate of the active rows lies on a polynomial of degree below t: all m - t dual sums vanish.
    /// </summary>
    public bool AreConsistent(uint[] points, uint[][] rows, IReadOnlyList<int> active)
    {
        uint[] activePoints = [.. active.Select(j => points[j])];
        uint[] multipliers = LagrangeInterpolation<TField>.DualMultipliers(activePoints);
        uint[] sums = new uint[rows[0].Length];
        for (int check = 0; check < active.Count - _threshold; check++)
        {
            Array.Clear(sums);
            for (int j = 0; j < active.Count; j++)
            {
                TField.MultiplyAdd(rows[active[j]], multipliers[j], sums, sums);
                multipliers[j] = FieldOperations<TField>.Multiply(multipliers[j], activePoints[j]);
            }

            if (sums.AsSpan().ContainsAnyExcept(0u))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Moves the rows that are wrong in one random combination from the active ones to the liars.</summary>
    private bool TryLocateInCombination(uint[] points, uint[][] rows, List<int> active, SortedSet<int> liars)
    {
        uint[] weights = new uint[rows[0].Length];
        _weights(weights);
        uint[] combined = [.. active.Select(j => TField.DotProduct(weights, rows[j]))];
        uint[] activePoints = [.. active.Select(j => points[j])];
        bool[] wrong = new bool[active.Count];
        if (!ReedSolomonDecoder<TField>.TryLocateErrors(activePoints, combined, _threshold, wrong))
        {
            return false;
        }

        for (int j = active.Count - 1; j >= 0; j--)
        {
            if (wrong[j])
            {
                liars.Add(active[j]);
                active.RemoveAt(j);
            }
        }

        return true;
    }
}
