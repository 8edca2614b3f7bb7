using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;

namespace SecureFL.Learning.Tests.Preparation;

/// <summary>Completed moments are never below those of the rows, whatever was not summed.</summary>
public sealed class CategoryMomentsTests
{
    // Two numbers, then columns of two, three and two categories; the last column repeats the first one's.
    private static readonly ImmutableArray<int> ColumnOf = [0, 1, 2, 2, 3, 3, 3, 4, 4];
    private static readonly ImmutableArray<bool> Categories =
        [false, false, true, true, true, true, true, true, true];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_completed_is_at_least_the_moments_of_the_rows(bool rare)
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            Dataset rows = Rows(seed, out FeatureScaling scaling);
            SecondMoments truth = SecondMoments.Of(rows, []);
            ImmutableArray<bool> rares = [.. Enumerable.Range(0, 9).Select(f => rare && f is 5 or 6)];
            SecondMoments completed = CategoryMoments.Complete(
                Known(truth, rares), ColumnOf, Categories, rares, scaling, bounded: true);
            Assert.True(LeastEigenvalue(completed, truth) > -1e-5, $"seed {seed}");
        }
    }

    [Fact]
    public void Products_within_a_column_follow_from_its_means()
    {
        Dataset rows = Rows(3, out FeatureScaling scaling);
        SecondMoments truth = SecondMoments.Of(rows, []);
        ImmutableArray<bool> rares = [.. Enumerable.Repeat(false, 9)];
        SecondMoments completed = CategoryMoments.Complete(
            Known(truth, rares), ColumnOf, Categories, rares, scaling, bounded: false);
        Assert.Equal(At(truth, 2, 3), At(completed, 2, 3), 1e-6);
        Assert.Equal(At(truth, 4, 6), At(completed, 4, 6), 1e-6);
        Assert.Equal(0, At(completed, 2, 7));
        Assert.Equal(At(truth, 0, 4), At(completed, 0, 4));
    }

    private static SecondMoments Known(SecondMoments truth, ImmutableArray<bool> rare) => new(truth.Size,
        [.. truth.Packed.Select((value, i) =>
        {
            (int row, int column) = SecondMoments.PlaceOf(i, truth.Size);
            bool Category(int f) => f < 9 && Categories[f];
            bool Rare(int f) => f < 9 && rare[f];
            return row == column || (!(Category(row) && Category(column)) && !Rare(row) && !Rare(column)) ? value : 0;
        })]);

    private static Dataset Rows(ulong seed, out FeatureScaling scaling)
    {
        const int Count = 200;
        SeededRandom random = SeededRandom.For(seed, "categories");
        float[] raw = new float[Count * 9];
        for (int r = 0; r < Count; r++)
        {
            Span<float> row = raw.AsSpan(r * 9, 9);
            int first = random.NextDouble() < 0.3 ? 0 : 1;
            row[0] = (float)random.NextGaussian() + first;
            row[1] = (float)(random.NextGaussian() * random.NextDouble());
            row[2 + first] = 1;
            double other = random.NextDouble();
            row[other < 0.9 ? 4 : other < 0.96 ? 5 : 6] = 1;
            row[7 + (random.NextDouble() < 0.9 ? first : 1 - first)] = 1;
        }

        double[] offset = new double[9];
        double[] factor = new double[9];
        for (int f = 0; f < 9; f++)
        {
            double[] column = [.. Enumerable.Range(0, Count).Select(r => (double)raw[(r * 9) + f])];
            offset[f] = column.Average();
            double variance = column.Average(value => (value - offset[f]) * (value - offset[f]));
            factor[f] = variance > 0 ? 1 / Math.Sqrt(variance) : 0;
        }

        float[] scaled = [.. raw.Select((value, i) => (float)((value - offset[i % 9]) * factor[i % 9]))];
        scaling = new FeatureScaling { Offset = [.. offset], Factor = [.. factor], Imputed = [.. offset] };
        return new Dataset(scaled, new float[Count], 9, LearningTask.Regression, 0);
    }

    private static double At(SecondMoments moments, int row, int column) =>
        moments.ToMatrix()[(row * moments.Size) + column];

    // Of the difference, by inverse iteration on a shifted matrix: power iteration on c I - D.
    private static double LeastEigenvalue(SecondMoments above, SecondMoments below)
    {
        int size = above.Size;
        double[] difference = [.. above.ToMatrix().Zip(below.ToMatrix(), (a, b) => a - b)];
        double shift = Enumerable.Range(0, size).Max(
            i => Enumerable.Range(0, size).Sum(j => Math.Abs(difference[(i * size) + j])));
        double[] vector = [.. Enumerable.Range(0, size).Select(i => 1.0 + (0.1 * i * (i % 2 == 0 ? 1 : -1)))];
        double eigenvalue = 0;
        for (int k = 0; k < 3000; k++)
        {
            double[] next = [.. Enumerable.Range(0, size).Select(i => (shift * vector[i])
                - Enumerable.Range(0, size).Sum(j => difference[(i * size) + j] * vector[j]))];
            eigenvalue = Math.Sqrt(next.Sum(value => value * value));
            vector = [.. next.Select(value => value / eigenvalue)];
        }

        return shift - eigenvalue;
    }
}
