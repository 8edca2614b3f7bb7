using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;

namespace SecureFL.Learning.Tests.Preparation;

/// <summary>
/// Opened sums to which a site added what it made up: refused where no rows have them, and no true sums are.
/// </summary>
public class ForgedSumsTests
{
    private const int Sites = 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static PreparationTerms Terms(ScalingKind scaling) =>
        PreparationTerms.For(scaling, null, 1, LearningTask.Regression, 0) with { Names = ["age"], Targets = true };

    private static async Task<long[]> TotalsAsync(PreparationSteps steps, Func<int, int, double> feature,
        int rows = 40)
    {
        long[] totals = new long[steps.Steps[0].Length];
        for (int s = 0; s < Sites; s++)
        {
            double[] values = [.. Enumerable.Range(0, rows).Select(r => feature(s, r))];
            RawDataset data = new(values, [.. values.Select(value => double.IsNaN(value) ? 5 : -3 * value)], 1,
                LearningTask.Regression, 0);
            long[] counters = await steps.Steps[0].ContributeAsync(new PreparingSite($"s{s}", data, null!),
                PreparedState.Empty, Token);
            totals = [.. totals.Zip(counters, (x, y) => x + y)];
        }

        return totals;
    }

    // Sites, rows; 4 + 6 limbs of the label; count, 4 + 6 limbs of the column.
    [Theory]
    [InlineData(0, 1_000_000_000_000, "a sum of 1000000000000 sites and 120 rows, to which 3 contributed")]
    [InlineData(0, 2, "a sum of 2 sites")]
    [InlineData(0, -3, "a sum of -3 sites")]
    [InlineData(1, 100_000_000_000_000, "at most 268435455 a site")]
    [InlineData(1, 0, "0 rows: at least 1")]
    [InlineData(1, long.MinValue, "rows: at least 1")]
    [InlineData(9, 0, "the label: 120 numbers with a sum of -25740 and a sum of squares of")]
    [InlineData(12, 121, "column age: 121 of 120 rows")]
    [InlineData(12, -1, "column age: -1 of 120 rows")]
    [InlineData(12, 0, "column age: no number, and a sum of 8580 and a sum of squares of")]
    [InlineData(12, 90, "column age: 90 numbers with a sum of 8580")]
    [InlineData(20, 0, "column age: 120 numbers with a sum of 8580")]
    [InlineData(22, -1, "column age: 120 numbers with a sum of 8580 and a sum of squares of -")]
    [InlineData(15, 9_000_000, "column age: 120 numbers with a sum of")]
    public async Task Statistics_that_no_rows_have_are_refused_with_step_column_and_values(int counter, long value,
        string message)
    {
        PreparationSteps steps = PreparationSteps.For(Terms(ScalingKind.Federated), 4096);
        long[] totals = await TotalsAsync(steps, (site, row) => row + 50 + (2 * site));
        Assert.NotNull(steps.Read(totals, 1, newest: SitesInSum.Exactly(Sites)).Shared);
        totals[counter] = value;
        ArgumentException fault = Assert.Throws<ArgumentException>(
            () => steps.Read(totals, 1, newest: SitesInSum.Exactly(Sites)));
        Assert.StartsWith("step 1 of 1, statistics: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.EndsWith("no rows have such sums", fault.Message, StringComparison.Ordinal);

        // A client knows who is enrolled, and finds the same in the server's values, but for a site too few.
        if ((counter, value) != (0, 2))
        {
            Assert.Contains("no rows have such sums", Assert.Throws<ArgumentException>(
                () => PreparationProgress.Of(steps, [.. totals], new SitesInSum(Sites, 4))).Message,
                StringComparison.Ordinal);
        }
    }

    // Count, 4 limbs of the sum, sites that have a value, 4 limbs of the least ones, 4 of the largest ones.
    [Theory]
    [InlineData(17, 0, "at 0 of 3 sites")]
    [InlineData(17, 4, "at 4 of 3 sites")]
    [InlineData(17, -1, "at -1 of 3 sites")]
    [InlineData(20, 1 << 20, "whose least ones add up to")]
    [InlineData(12, 0, "column age: no number, and a sum of 8580")]
    public async Task Ranges_that_no_rows_have_are_refused(int counter, long value, string message)
    {
        PreparationSteps steps = PreparationSteps.For(Terms(ScalingKind.MinMax), 4096);
        long[] totals = await TotalsAsync(steps, (site, row) => row + 50 + (2 * site));
        Assert.NotNull(steps.Read(totals, 1).Shared);
        totals[counter] = value;
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => steps.Read(totals, 1)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4_600_000_000_000_000_467, 4_600_000_000_000_000_277)]
    [InlineData(-100, 220)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void Rows_of_classes_that_overflow_are_refused_like_others(long first, long second)
    {
        PreparationTerms terms = PreparationTerms.For(ScalingKind.None, null, 0, LearningTask.Binary, 2) with
        { ClassCounts = true };
        PreparationSteps steps = PreparationSteps.For(terms, 4096);
        _ = steps.Read([3, 120, 60, 60], 1);
        Assert.Contains($"{first}, {second} rows of the classes, 120 in all",
            Assert.Throws<ArgumentException>(() => steps.Read([3, 120, first, second], 1)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4L, "updates of 4 sites, to which 3 contributed")]
    [InlineData(-1L, "-1 is no count of sites")]
    [InlineData(1L << 51, "is no count of sites")]
    public void Clips_of_more_sites_than_contributed_are_refused(long counter, string message)
    {
        PreparationTerms terms = PreparationTerms.For(ScalingKind.None, null, 0, LearningTask.Binary, 2) with
        { Clips = new ModelLayout([("w", [4])]) };
        PreparationSteps steps = PreparationSteps.For(terms, 4096);
        long[] totals = new long[steps.Length];
        totals[^3] = 3;
        Assert.NotNull(steps.Read(totals, 1, newest: SitesInSum.Exactly(Sites)).Clips);
        totals[^3] = counter;
        Assert.Contains($"tensor w: ", Assert.Throws<ArgumentException>(
            () => steps.Read(totals, 1, newest: SitesInSum.Exactly(Sites))).Message, StringComparison.Ordinal);
        Assert.Contains(message, Assert.Throws<ArgumentException>(
            () => steps.Read(totals, 1, newest: SitesInSum.Exactly(Sites))).Message, StringComparison.Ordinal);

        // Four sites in two bins are four sites.
        totals[^3] = 2;
        totals[^4] = 1L << 17;
        Assert.NotNull(steps.Read(totals, 1, newest: SitesInSum.Exactly(Sites)).Clips);
        totals[^4] = 2L << 17;
        Assert.Throws<ArgumentException>(() => steps.Read(totals, 1, newest: SitesInSum.Exactly(Sites)));
    }

    /// <summary>Whatever the numbers: sums that are rounded block by block are never taken for forged ones.</summary>
    [Theory]
    [InlineData(1e12, 0, 1000)]
    [InlineData(1e-30, 0, 1)]
    [InlineData(1e-30, 0, 999)]
    [InlineData(3.3e-20, 0, 257)]
    [InlineData(1e-12, 1e-13, 300)]
    [InlineData(-7.7, 0, 513)]
    [InlineData(1.7e9, 1e6, 300)]
    [InlineData(0, 1, 2)]
    [InlineData(0.1, 1e-17, 777)]
    [InlineData(double.NaN, 0, 5)]
    public async Task True_sums_of_any_scale_are_never_refused(double middle, double spread, int rows)
    {
        SeededRandom random = SeededRandom.For(3, "true sums", rows);
        foreach (ScalingKind scaling in new[] { ScalingKind.Federated, ScalingKind.MinMax, ScalingKind.None })
        {
            PreparationSteps steps = PreparationSteps.For(Terms(scaling), 4096);
            long[] totals = await TotalsAsync(steps,
                (site, _) => site == 1 ? double.NaN : middle + (spread * random.NextGaussian()), rows);
            Assert.NotNull(steps.Read(totals, 1, newest: SitesInSum.Exactly(Sites)).Targets);
        }
    }
}
