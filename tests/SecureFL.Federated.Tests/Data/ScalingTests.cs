using SecureFL.Federated.Data;

namespace SecureFL.Federated.Tests.Data;

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
        foreach (FeatureScaling scaling in new[] { FeatureScaling.Standard(FeatureStatistics.Of(data)), FeatureScaling.MinMax(FeatureStatistics.Of(data)) })
        {
            Assert.Equal(0, scaling.Apply(other).Row(0)[1]);
            Assert.Equal(0, scaling.Apply(other).Row(1)[1]);
        }
    }

    [Fact]
    public void A_large_constant_is_recognised_from_sums_alone()
    {
        RawDataset data = Data([1e6, 1], [1e6, 2], [1e6, 3]);
        FeatureStatistics summed = SummableStatistics.Decode(SummableStatistics.Encode(FeatureStatistics.Of(data), 4), 4);
        Assert.True(summed.IsConstant(0));
        Assert.False(summed.IsConstant(1));
        Assert.Equal(0, FeatureScaling.Standard(summed).Apply(data).Row(1)[0]);
    }

    [Fact]
    public void Min_max_maps_to_the_unit_interval()
    {
        RawDataset data = Data([1, -5], [2, 5], [6, 0]);
        Assert.Equal([0, 0, 0.2f, 1, 1, 0.5f], FeatureScaling.MinMax(FeatureStatistics.Of(data)).Apply(data).Features);
    }

    [Fact]
    public void Summed_statistics_give_the_federated_scaling_of_the_pooled_rows()
    {
        SeededRandom random = SeededRandom.For(1, "test");
        double[][][] sites = [.. Enumerable.Range(0, 4).Select(s => Enumerable.Range(0, 20 + (30 * s))
            .Select(_ => new[] { (50 * random.NextGaussian()) + (100 * s), random.NextDouble() < 0.1 ? double.NaN : random.NextDouble() }).ToArray())];
        RawDataset pooled = Data([.. sites.SelectMany(rows => rows)]);
        long[] totals = new long[6];
        FeatureStatistics added = FeatureStatistics.Of(Data(sites[0]));
        for (int s = 0; s < sites.Length; s++)
        {
            long[] counters = SummableStatistics.Encode(FeatureStatistics.Of(Data(sites[s])));
            for (int i = 0; i < totals.Length; i++)
            {
                totals[i] += counters[i];
            }

            added = s == 0 ? added : added.Add(FeatureStatistics.Of(Data(sites[s])));
        }

        FeatureScaling expected = FeatureScaling.Standard(FeatureStatistics.Of(pooled));
        FeatureScaling federated = FeatureScaling.Standard(SummableStatistics.Decode(totals));
        FeatureScaling plain = FeatureScaling.Standard(added);
        for (int f = 0; f < 2; f++)
        {
            Assert.Equal(expected.Offset[f], federated.Offset[f], 1e-4 * Math.Abs(expected.Offset[f]));
            Assert.Equal(expected.Factor[f], federated.Factor[f], 1e-4 * expected.Factor[f]);
            Assert.Equal(expected.Factor[f], plain.Factor[f], 1e-6 * expected.Factor[f]);
        }

        Assert.Throws<ArgumentException>(() => FeatureScaling.MinMax(SummableStatistics.Decode(totals)));
    }

    [Fact]
    public void Sums_beyond_the_range_are_refused() =>
        Assert.Throws<ArgumentException>(() => SummableStatistics.Encode(FeatureStatistics.Of(Data([1e20], [2e20]))));

    [Fact]
    public void The_benchmark_statistics_are_met()
    {
        RawTable table = SharedData.ReadTable("heart_disease/flamby_features_split.csv");
        RawTable published = SharedData.ReadTable("heart_disease/flamby_train_stats.csv");
        TableSchema schema = SchemaInference.Infer([table], new SchemaOptions { Label = "label", Ignore = ["centre", "centre_name", "raw_row0", "split"] });
        foreach ((string centre, RawTable rows) in SitePartition.ByColumn(table, "centre_name"))
        {
            FeatureStatistics statistics = FeatureStatistics.Of(new TableEncoder(schema).Encode(TrainTestSplit.ByColumn(rows, "split").Train).Data);
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
