using System.Numerics;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

public class ScalingTests
{
    private static RawDataset Data(params double[][] rows) =>
        new([.. rows.SelectMany(row => row)], new double[rows.Length], rows[0].Length, LearningTask.Regression, 0);

    [Fact]
    public void Standard_scaling_uses_the_chosen_degrees_of_freedom()
    {
        RawDataset data = Data([1, 5], [2, 5], [6, 5]);
        FeatureStatistics statistics = FeatureStatistics.Of(data);
        Assert.Equal(7, statistics.Variance(0, 1), 1e-12);
        Assert.Equal(14.0 / 3, statistics.Variance(0, 0), 1e-12);
        Dataset sample = FeatureScaling.Standard(statistics, 1).Apply(data);
        Assert.Equal((1 - 3) / Math.Sqrt(7), sample.Row(0)[0], 1e-6);
        Assert.Equal((1 - 3) / Math.Sqrt(14.0 / 3), FeatureScaling.Standard(statistics, 0).Apply(data).Row(0)[0], 1e-6);
    }

    [Fact]
    public void Constant_columns_become_zero_even_for_new_values()
    {
        RawDataset data = Data([1, 5], [2, 5], [6, 5]);
        RawDataset other = Data([4, 9], [4, 5]);
        foreach (FeatureScaling scaling in
            new[] { FeatureScaling.Standard(FeatureStatistics.Of(data)),
                FeatureScaling.MinMax(FeatureStatistics.Of(data)) })
        {
            Assert.Equal(0, scaling.Apply(other).Row(0)[1]);
            Assert.Equal(0, scaling.Apply(other).Row(1)[1]);
        }
    }

    [Theory]
    [InlineData(1e6)]
    [InlineData(0.1)]
    [InlineData(1e-12)]
    [InlineData(-1.7e18)]
    [InlineData(0)]
    public void A_constant_is_recognised_from_sums_alone(double constant)
    {
        FeatureStatistics local = FeatureStatistics.Of(
            Data([.. Enumerable.Range(0, 1000).Select(i => new[] { constant, i })]));
        FeatureStatistics summed = FeatureStatistics.FromSums(local.Counts, local.Sums, local.SumsOfSquares);
        Assert.True(summed.IsConstant(0));
        Assert.False(summed.IsConstant(1));
        Assert.Equal(0, FeatureScaling.Standard(summed).Factor[0]);
    }

    [Fact]
    public void Min_max_maps_to_the_unit_interval()
    {
        RawDataset data = Data([1, -5], [2, 5], [6, 0]);
        Assert.Equal([0, 0, 0.2f, 1, 1, 0.5f], FeatureScaling.MinMax(FeatureStatistics.Of(data)).Apply(data).Features);
        FeatureStatistics statistics = FeatureStatistics.Of(data);
        Assert.Throws<ArgumentException>(
            () =>
                FeatureScaling.MinMax(
                    FeatureStatistics.FromSums(statistics.Counts, statistics.Sums, statistics.SumsOfSquares)));
    }

    /// <summary>
    /// Against two passes in decimal-free quadruple arithmetic: whole numbers of a power of two, which BigInteger adds
    /// exactly.
    /// </summary>
    [Theory]
    [InlineData(0, 1e-12)]
    [InlineData(1e-12, 1e-14)]
    [InlineData(5e-5, 1e-5)]
    [InlineData(1, 1e-9)]
    [InlineData(1980, 15)]
    [InlineData(1.7e9, 1e3)]
    [InlineData(1e12, 1)]
    [InlineData(-1e12, 1e12)]
    [InlineData(1.7e18, 1e15)]
    public void Mean_and_deviation_have_nine_digits_at_every_scale(double mean, double deviation)
    {
        SeededRandom random = SeededRandom.For(5, "scales");
        double[] values = [.. Enumerable.Range(0, 4000)
            .Select(_ => random.NextDouble() < 0.2 ? double.NaN : mean + (deviation * random.NextGaussian()))];
        FeatureStatistics statistics =
            FeatureStatistics.Of(new RawDataset(values, new double[values.Length], 1, LearningTask.Regression, 0));
        const int Fraction = 300;
        BigInteger[] exact =
            [.. values.Where(value => !double.IsNaN(value)).Select(value => WideInteger.FromDouble(value, Fraction))];
        BigInteger sum = exact.Aggregate(BigInteger.Zero, BigInteger.Add);
        double expectedMean = WideInteger.Ratio(sum, exact.Length, -Fraction);
        BigInteger centred = exact.Aggregate(BigInteger.Zero,
            (total, value) => total + (((value * exact.Length) - sum) * ((value * exact.Length) - sum)));
        double expected =
            Math.Sqrt(WideInteger.Ratio(centred, BigInteger.Pow(exact.Length, 2) * (exact.Length - 1), -2 * Fraction));
        Assert.Equal(exact.Length, statistics.Counts[0]);
        Assert.Equal(0, (statistics.Mean(0) / expectedMean) - 1, 1e-9);
        Assert.Equal(0, (Math.Sqrt(statistics.Variance(0, 1)) / expected) - 1, 1e-9);
        Assert.False(statistics.IsConstant(0));
        Assert.Equal(1 / expected,
            FeatureScaling.Standard(FeatureStatistics.FromSums(statistics.Counts, statistics.Sums,
                statistics.SumsOfSquares)).Factor[0], 1e-9 / expected);
    }

    [Fact]
    public void Epoch_seconds_keep_their_minutes()
    {
        RawDataset data = Data([.. Enumerable.Range(0, 10).Select(i => new[] { 1_700_000_000.0 + (60 * i) })]);
        Dataset scaled = FeatureScaling.Standard(FeatureStatistics.Of(data)).Apply(data);
        double step = scaled.Row(1)[0] - scaled.Row(0)[0];
        Assert.All(Enumerable.Range(1, 9), i => Assert.Equal(step, scaled.Row(i)[0] - scaled.Row(i - 1)[0], 1e-6));
    }

    [Fact]
    public void A_feature_without_a_value_at_one_site_is_scaled_as_all_share()
    {
        RawDataset own = Data([double.NaN, 1], [double.NaN, 3]);
        FeatureScaling shared = FeatureScaling.Standard(FeatureStatistics.Of(Data([10, 0], [20, 100])));
        FeatureStatistics statistics = FeatureStatistics.Of(own);
        FeatureScaling scaling = FeatureScaling.Standard(statistics).Or(shared, statistics);
        Assert.Equal((15, 2), (scaling.Offset[0], scaling.Offset[1]));
        Assert.Equal(shared.Factor[0], scaling.Factor[0]);
        Assert.Equal(0, scaling.Apply(own).Row(0)[0]);
    }

    [Fact]
    public void Targets_are_scaled_and_scaled_back()
    {
        RawDataset data = new([0, 0, 0], [200_000, 200_010, 200_020], 1, LearningTask.Regression, 0);
        TargetScaling targets = FeatureScaling.OfTargets(FeatureStatistics.OfLabels(data));
        Assert.Equal((200_010, 0.1), (targets.Offset, targets.Factor));
        Assert.Equal([-1f, 0, 1], data.ToDataset(targets).Labels);
        Assert.Equal(200_015, targets.Unscale(0.5));
        Assert.Equal(new TargetScaling(7, 1),
            FeatureScaling.OfTargets(
                FeatureStatistics.OfLabels(new RawDataset([0, 0], [7, 7], 1, LearningTask.Regression, 0))));
        Assert.Throws<ArgumentException>(() => new TargetScaling(0, 0).Check());
    }

    [Fact]
    public void Wide_integers_survive_their_limbs_and_sums_of_them()
    {
        BigInteger[] values = [0, 1, -1, (BigInteger.One << 187) - 1, -(BigInteger.One << 150) - 12345, 1L << 47];
        long[] totals = new long[4];
        foreach (BigInteger value in values)
        {
            long[] limbs = new long[4];
            WideInteger.Split(value, limbs);
            Assert.Equal(value, WideInteger.Join(limbs));
            totals = [.. totals.Zip(limbs, (a, b) => a + b)];
        }

        Assert.Equal(values.Aggregate(BigInteger.Add), WideInteger.Join(totals));
        Assert.Throws<ArgumentException>(() => WideInteger.Split(BigInteger.One << 188, new long[4]));
        Assert.Equal(0.1, WideInteger.Ratio(WideInteger.FromDouble(0.1, 100), 1, -100));
        Assert.Equal(-1e-300, WideInteger.Ratio(WideInteger.FromDouble(-1e-300, 1100), 1, -1100));
        Assert.Equal((BigInteger)(-1), WideInteger.FromDouble(-0.75, 0));
    }

    [Fact]
    public void The_benchmark_statistics_are_met()
    {
        RawTable table = SharedData.ReadTable("heart_disease/flamby_features_split.csv");
        RawTable published = SharedData.ReadTable("heart_disease/flamby_train_stats.csv");
        TableSchema schema = SchemaInference.Infer([table],
            new SchemaOptions { Label = "label", Ignore = ["centre", "centre_name", "raw_row0", "split"] });
        foreach ((string centre, RawTable rows) in SitePartition.ByColumn(table, "centre_name"))
        {
            FeatureStatistics statistics =
                FeatureStatistics.Of(
                    new TableEncoder(schema).Encode(TrainTestSplit.ByColumn(rows, "split").Train).Data);
            foreach (RawRow row in published.Rows.Where(row => row.Cells[0] == centre))
            {
                int feature = schema.Features.Select(column => column.Name).ToList().IndexOf(row.Cells[1]);
                Assert.True(table.TryParseNumber(row.Cells[2], out double mean));
                Assert.True(table.TryParseNumber(row.Cells[3], out double deviation));
                Assert.Equal(mean, statistics.Mean(feature), 1e-5);
                Assert.Equal(deviation, Math.Sqrt(statistics.Variance(feature, 1)), 1e-5);
            }
        }
    }
}
