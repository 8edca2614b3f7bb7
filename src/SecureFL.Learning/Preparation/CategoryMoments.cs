using System.Collections.Immutable;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Preparation;

/// <summary>
/// Second moments with what follows of products that were not summed (<see cref="SecondMomentsStep"/>), and a bound
/// for the rest. Thread-safe.
/// </summary>
/// <remarks>
/// A row has at most one category of a column: the mean product of two of its indicators follows from their means,
/// which the scaling tells. Products of categories of different columns, and of rare categories with everything else,
/// nobody knows. In the order of symmetric matrices a positive semidefinite S of k diagonal blocks is at most k times
/// its block diagonal, and for two blocks at most (1 + e) times the one and (1 + 1/e) times the other. So what is
/// returned is never below the second moments of the rows, whatever the unknown products are: a step along its inverse
/// never overshoots.
/// </remarks>
internal static class CategoryMoments
{
    // Rare categories have few rows to say anything: they bear most of the doubt.
    private const double RareShare = 0.25;

    /// <summary>The moments of features scaled by their means and deviations over all rows.</summary>
    /// <param name="moments">As they were summed, 0 for products that were not.</param>
    /// <param name="columns">The column of the table that each feature is of.</param>
    /// <param name="categories">Which features are 1 where a column has a category.</param>
    /// <param name="rare">Which features are rare categories.</param>
    /// <param name="scaling">Offsets are means.</param>
    /// <param name="bounded">Whether unknown products are bounded; else they stand as 0.</param>
    internal static SecondMoments Complete(
        SecondMoments moments, ImmutableArray<int> columns, ImmutableArray<bool> categories, ImmutableArray<bool> rare,
        FeatureScaling scaling, bool bounded)
    {
        int features = columns.Length;
        double frequent = bounded ? Math.Max(1, Columns(f => !rare[f])) : 1;
        double seldom = bounded ? Math.Max(1, Columns(f => rare[f])) : 1;
        bool anyRare = bounded && rare.Contains(true);
        double known = anyRare ? 1 + RareShare : 1;
        double doubtful = anyRare ? 1 + (1 / RareShare) : 1;
        double[] packed = [.. moments.Packed];
        for (int i = 0, at = 0; i <= features; i++)
        {
            for (int j = i; j <= features; j++, at++)
            {
                bool within = j < features && categories[i] && categories[j] && columns[i] == columns[j];
                if (within && i != j && rare[i] == rare[j])
                {
                    packed[at] = -scaling.Offset[i] * scaling.Factor[i] * scaling.Offset[j] * scaling.Factor[j];
                }

                bool isRare = i < features && rare[i];
                packed[at] *= isRare ? doubtful * seldom : within ? known * frequent : known;
            }
        }

        return new SecondMoments(moments.Size, [.. packed]);

        int Columns(Func<int, bool> counts) => Enumerable.Range(0, features)
            .Where(f => categories[f] && counts(f)).Select(f => columns[f]).Distinct().Count();
    }
}
