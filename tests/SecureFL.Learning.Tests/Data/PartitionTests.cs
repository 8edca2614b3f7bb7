using FsCheck;
using FsCheck.Fluent;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

public class PartitionTests
{
    private static RawDataset Labelled(int rows, int classes) => new(
        [.. Enumerable.Range(0, rows).Select(i => (double)i)],
        [.. Enumerable.Range(0, rows).Select(i => (double)(i % classes))], 1, LearningTask.MultiClass, classes);

    [Fact]
    public void Every_row_goes_to_exactly_one_site()
    {
        Prop.ForAll(Gen.Choose(1, 20).ToArbitrary(), Gen.Choose(1, 1000).ToArbitrary(), (sites, seed) =>
        {
            RawDataset data = Labelled(300, 5);
            int[][] iid = SitePartition.Iid(300, sites, (ulong)seed);
            int[][] skewed = SitePartition.Dirichlet(data, sites, 0.5, (ulong)seed);
            return iid.SelectMany(part => part).Order().SequenceEqual(Enumerable.Range(0, 300))
                && skewed.SelectMany(part => part).Order().SequenceEqual(Enumerable.Range(0, 300))
                && iid.Max(part => part.Length) - iid.Min(part => part.Length) <= 1
                && skewed.All(part => part.Length >= 1);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Partitions_are_functions_of_the_seed()
    {
        RawDataset data = Labelled(200, 4);
        Assert.Equal(SitePartition.Dirichlet(data, 5, 0.3, 7), SitePartition.Dirichlet(data, 5, 0.3, 7));
        Assert.NotEqual(SitePartition.Dirichlet(data, 5, 0.3, 7), SitePartition.Dirichlet(data, 5, 0.3, 8));
        Assert.NotEqual(SitePartition.Iid(200, 5, 1), SitePartition.Iid(200, 5, 2));
    }

    [Fact]
    public void Small_alpha_skews_labels_and_large_alpha_does_not()
    {
        RawDataset data = Labelled(10_000, 10);
        double skewed = MeanLargestShare(data, SitePartition.Dirichlet(data, 10, 0.1, 1));
        double even = MeanLargestShare(data, SitePartition.Dirichlet(data, 10, 1000, 1));
        Assert.True(skewed > 0.4, $"largest class share {skewed}");
        Assert.InRange(even, 0.1, 0.15);
    }

    [Fact]
    public void Dirichlet_shares_have_the_right_mean_and_variance()
    {
        // 4000 draws over 3 parts, alpha 0.5: mean 1/3, variance (1/3)(2/3)/(2.5) = 0.0889. Five standard errors: false
        // alarm below 10^-5, and the seed is fixed.
        SeededRandom random = SeededRandom.For(3, "dirichlet");
        double[] first = [.. Enumerable.Range(0, 4000).Select(_ => random.NextDirichlet(0.5, 3)[0])];
        double mean = first.Average();
        Assert.InRange(mean, (1.0 / 3) - 0.024, (1.0 / 3) + 0.024);
        Assert.InRange(first.Average(x => (x - mean) * (x - mean)), 0.080, 0.098);
    }

    [Fact]
    public void Impossible_splits_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SitePartition.Iid(3, 4, 1));
        Assert.Throws<ArgumentException>(() => SitePartition.Dirichlet(Labelled(30, 3), 10, 0.01, 1, minimumRows: 3));
        Assert.Throws<ArgumentException>(
            () => SitePartition.Dirichlet(new RawDataset([1, 2], [0.5, 1], 1, LearningTask.Regression, 0), 2, 1, 1));
    }

    [Fact]
    public void A_column_names_the_sites()
    {
        RawTable table = CsvTableReaderTests.Read("site,x\nb,1\na,2\nb,3\n");
        IReadOnlyList<(string Site, RawTable Table)> sites = SitePartition.ByColumn(table, "site");
        Assert.Equal(["b", "a"], sites.Select(site => site.Site));
        Assert.Equal([2, 1], sites.Select(site => site.Table.Rows.Count));
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => SitePartition.ByColumn(CsvTableReaderTests.Read("site,x\nb,1\n,2\n"), "site"));
        Assert.Equal(3, fault.Line);
    }

    [Fact]
    public void A_fraction_is_taken_from_every_class()
    {
        RawDataset data = Labelled(100, 4);
        (RawDataset train, RawDataset? test) = TrainTestSplit.ByFraction(data, 0.2, 5);
        Assert.Equal([20, 20, 20, 20], train.CountClasses());
        Assert.Equal([5, 5, 5, 5], test!.CountClasses());
        Assert.Equal(100, train.Features.Concat(test.Features).Distinct().Count());
        Assert.Null(TrainTestSplit.ByFraction(data, 0, 5).Test);
        Assert.NotEqual(test.Features, TrainTestSplit.ByFraction(data, 0.2, 6).Test!.Features);
        Assert.NotEqual(test.Features, TrainTestSplit.ByFraction(data, 0.2, 5, site: 1).Test!.Features);
        Assert.Equal(1, TrainTestSplit.ByFraction(Labelled(1, 2), 0.9, 5).Train.Count);
        Assert.Throws<ArgumentException>(() => TrainTestSplit.ByFraction(data, 1, 5));
    }

    [Fact]
    public void Folds_hold_every_row_once_and_every_class_alike()
    {
        RawDataset data = Labelled(103, 3);
        int[] fold = TrainTestSplit.FoldOfRows(data, 5, seed: 5, site: 2);
        int Rows(int f, int label) => Enumerable.Range(0, data.Count)
            .Count(row => fold[row] == f && (int)data.Labels[row] == label);
        int[] sizes = [.. Enumerable.Range(0, 5).Select(f => fold.Count(of => of == f))];
        Assert.Equal(103, sizes.Sum());
        Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
        for (int label = 0; label < 3; label++)
        {
            int[] rows = [.. Enumerable.Range(0, 5).Select(f => Rows(f, label))];
            Assert.InRange(rows.Max() - rows.Min(), 0, 1);
        }

        Assert.Equal(fold, TrainTestSplit.FoldOfRows(data, 5, seed: 5, site: 2));
        Assert.NotEqual(fold, TrainTestSplit.FoldOfRows(data, 5, seed: 6, site: 2));
        Assert.NotEqual(fold, TrainTestSplit.FoldOfRows(data, 5, seed: 5, site: 3));
        Assert.Throws<ArgumentException>(() => TrainTestSplit.FoldOfRows(data, 1, seed: 5));
        Assert.Throws<ArgumentException>(() => TrainTestSplit.FoldOfRows(Labelled(4, 2), 5, seed: 5));
    }

    [Fact]
    public void A_split_column_says_train_or_test()
    {
        RawTable table = CsvTableReaderTests.Read("x,split\n1,train\n2,Test\n3,TRAIN\n");
        (RawTable train, RawTable? test) = TrainTestSplit.ByColumn(table, "split");
        Assert.Equal((2, 1), (train.Rows.Count, test!.Rows.Count));
        Assert.Throws<DataFormatException>(
            () => TrainTestSplit.ByColumn(CsvTableReaderTests.Read("x,split\n1,train\n2,valid\n"), "split"));
        Assert.Throws<DataFormatException>(
            () => TrainTestSplit.ByColumn(CsvTableReaderTests.Read("x,split\n1,test\n"), "split"));
    }

    private static double MeanLargestShare(RawDataset data, int[][] parts) =>
        parts.Average(part => data.Select(part).CountClasses().Max() / (double)part.Length);
}
