using System.Text.Json;
using SecureFL.Cli.Runs;
using SecureFL.Cli.Sites;
using SecureFL.Cli.Tests.Support;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Tests.Simulate;

/// <summary>
/// Cross-validation and left-out sites: every run is what the same run by hand gives, and no row is tested by a model
/// that saw it.
/// </summary>
public sealed class HeldOutTests : IDisposable
{
    private static readonly string[] Figures = ["loss", "accuracy", "auc", "f1", "brier"];
    private readonly Hospitals _hospitals = new(rows: 30);

    [Fact]
    [Trait("Category", "Slow")]
    public void Each_run_equals_the_same_run_by_hand()
    {
        string report = _hospitals.PathOf("report.html");
        (JsonElement all, string output, string error) =
            Run("all", _hospitals.Files, "--cross-validate", "3", "--leave-one-site-out", "--report", report);
        JsonElement[] folds = [.. all.GetProperty("crossValidation").GetProperty("folds").EnumerateArray()];
        Assert.Equal([1, 2, 3], folds.Select(fold => fold.GetProperty("fold").GetInt32()));
        Assert.Equal(4 * 30, folds.Sum(fold => fold.GetProperty("testSamples").GetInt32()));
        Assert.All(folds,
            fold => Assert.Equal((4 * 30, true),
                (fold.GetProperty("samples").GetInt32() + fold.GetProperty("testSamples").GetInt32(),
                    fold.GetProperty("sumIsExact").GetBoolean())));

        // Fold 2 by a column that says train or test, in the clear: the same model, and so the same figures.
        JsonElement second = Run("second",
            [.. _hospitals.Files.Select((file, site) => WriteSplit(file, site, fold: 1))], "--split-column", "part",
            "--suite", "plaintext").Json;
        AssertSame(folds[1], second.GetProperty("final"));

        // A site left out, by a file of test rows.
        JsonElement[] left = [.. all.GetProperty("leaveOneSiteOut").EnumerateArray()];
        Assert.Equal(4, left.Length);
        Assert.Equal((3, 90, 30), (left[2].GetProperty("sites").GetInt32(), left[2].GetProperty("samples").GetInt32(),
            left[2].GetProperty("testSamples").GetInt32()));
        JsonElement third = Run("third", [_hospitals.Files[0], _hospitals.Files[1], _hospitals.Files[3]], "--test",
            _hospitals.Files[2], "--suite", "plaintext").Json;
        AssertSame(left[2], third.GetProperty("final"));

        foreach (string figure in Figures)
        {
            double[] values = [.. folds.Select(fold => fold.GetProperty(figure).GetDouble())];
            double mean = values.Sum() / 3;
            Assert.Equal(mean, all.GetProperty("crossValidation").GetProperty("mean").GetProperty(figure)
                .GetDouble(), 1e-12);
            Assert.Equal(
                Math.Sqrt(values.Sum(value => Math.Pow(value - mean, 2)) / 2),
                all.GetProperty("crossValidation").GetProperty("deviation").GetProperty(figure).GetDouble(), 1e-12);
        }

        // The model that is delivered is the one of all rows.
        JsonElement whole = Run("whole", _hospitals.Files, "--test-fraction", "0", "--suite", "plaintext").Json;
        Assert.Equal(Weights(whole), Weights(all));
        Assert.All(["fold 3 of 3: test accuracy", "without Lakeside: test accuracy"],
            line => Assert.Contains(line, error, StringComparison.Ordinal));
        Assert.All(["mean ", "deviation ", "left out ", "no test rows"],
            line => Assert.Contains(line, output, StringComparison.Ordinal));
        Assert.All(["Cross-validation, 3 folds", "Each site left out"],
            line => Assert.Contains(line, File.ReadAllText(report), StringComparison.Ordinal));
        foreach (JsonElement transcript in all.GetProperty("transcripts").EnumerateArray())
        {
            Assert.True(File.Exists(transcript.GetString()));
        }
    }

    [Fact]
    public async Task A_category_that_only_the_left_out_site_has_is_unseen_there()
    {
        for (int site = 0; site < 4; site++)
        {
            File.WriteAllText(_hospitals.PathOf($"w{site}.csv"),
                $"ward,y\na,1\nb,0\n{(site == 3 ? "z" : "a")},1\nb,0\n");
        }

        SimulationSettings settings = new()
        {
            Description = TrainingDescription.Default.With("sum.suite", SumSuite.Plaintext)
                .With("data.testFraction", 0.0).With("stopping.rounds", 1),
            Sites = new SiteSettings
            {
                Data = [.. Enumerable.Range(0, 4).Select(site => _hospitals.PathOf($"w{site}.csv"))],
                Columns = new ColumnTerms { Label = "y" },
            },
            LeaveOneSiteOut = true,
            Output = _hospitals.PathOf("wards"),
        };
        using RunFolder folder = new(settings.Output);
        SumFactory sums = new(settings, folder);
        SimulationSites sites = new(settings);
        LoadedSites all = sites.Load(sums, CancellationToken.None);
        LoadedSites others = sites.Without(all, 3, sums, CancellationToken.None);
        Assert.Equal(["w0", "w1", "w2"], others.Sites.Select(site => site.Name));
        Assert.Equal(4, others.CommonTest!.Count);
        Assert.Equal(["a", "b", "z"], all.Schema!.Features[0].Categories);
        Assert.Equal(["a", "b"], others.Schema!.Features[0].Categories);
        HeldOutResults results = await new HeldOutRuns(settings, folder, sites, all).RunAsync(CancellationToken.None);
        Assert.Equal(["w0", "w1", "w2", "w3"], results.Sites.Select(run => run.Name));
        Assert.Empty(results.Folds);
        Assert.Null(results.Mean);
    }

    [Fact]
    public void A_figure_that_a_fold_lacks_has_no_mean()
    {
        HeldOutRun One(MetricSummary? test) =>
            new("1", 3, 20, 10, 5, StopReason.Rounds, test, null, test is null ? "training diverged in round 2" : null);
        HeldOutResults whole = new([One(new() { Accuracy = 0.5, Auc = 0.5 }), One(new() { Accuracy = 0.75 })], []);
        Assert.Equal((0.625, null), (whole.Mean!.Accuracy, whole.Mean.Auc));
        Assert.Equal(0.125 * Math.Sqrt(2), whole.Deviation!.Accuracy!.Value, 1e-15);
        HeldOutResults diverged = whole with { Folds = whole.Folds.Add(One(null)) };
        Assert.Equal((null, true), (diverged.Mean!.Accuracy, diverged.Mean.Diverged));
    }

    [Theory]
    [InlineData("--cross-validate 31 --suite plaintext", 4, "--cross-validate 31: site Northfield has 30 rows")]
    [InlineData("--cross-validate 1", 4, "--cross-validate 1: a number from 2")]
    [InlineData("--cross-validate 3 --patience 2", 4, "--metric train-loss")]
    [InlineData("--leave-one-site-out", 3, "--leave-one-site-out of 3 sites sums 2, an encrypted sum needs at least 3")]
    [InlineData("--leave-one-site-out --min-clients 4", 4,
        "--leave-one-site-out of 4 sites sums 3, an encrypted sum needs at least 4")]
    [InlineData("--leave-one-site-out --suite plaintext --sites-per-round 3", 3,
        "--sites-per-round 3: --leave-one-site-out trains on 2 sites")]
    [InlineData("--leave-one-site-out --suite plaintext", 1, "--leave-one-site-out of one site leaves none")]
    [Trait("Category", "Slow")]
    public void What_cannot_be_held_out_is_refused(string options, int files, string message)
    {
        (int code, _, string error) = Securefl.Run(
            ["simulate", .. _hospitals.Files.Take(files).SelectMany(file => new[] { "--data", file }), "--label",
                "heart_disease", "--output", _hospitals.PathOf("refused"), .. options.Split(' ')]);
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    public void Dispose() => _hospitals.Dispose();

    private static void AssertSame(JsonElement run, JsonElement final) =>
        Assert.All(Figures,
            figure => Assert.Equal(final.GetProperty(figure).GetDouble(), run.GetProperty(figure).GetDouble()));

    private static byte[] Weights(JsonElement json) =>
        File.ReadAllBytes(json.GetProperty("final").GetProperty("weightsFile").GetString()!);

    private (JsonElement Json, string Output, string Error) Run(string name, IReadOnlyList<string> files,
        params string[] options)
    {
        string json = _hospitals.PathOf(name + ".json");
        (int code, string output, string error) = Securefl.Run(
            ["simulate", .. files.SelectMany(file => new[] { "--data", file }), "--label", "heart_disease", "--rounds",
                "3", "--baselines", "off", "--json", json, .. options]);
        Assert.True(code == 0, error);
        return (JsonDocument.Parse(File.ReadAllText(json)).RootElement, output, error);
    }

    // The file once more with a column that says which rows the fold tests on.
    private string WriteSplit(string file, int site, int fold)
    {
        string[] lines = File.ReadAllLines(file);
        double[] labels = [.. lines[1..].Select(line => line[^1] - '0')];
        int[] foldOf = TrainTestSplit.FoldOfRows(
            new RawDataset(new double[labels.Length], labels, 1, LearningTask.Binary, 2), 3, 1, site);
        string path = _hospitals.PathOf($"split-{Path.GetFileName(file)}");
        File.WriteAllLines(path, [lines[0] + ",part",
            .. lines[1..].Select((line, row) => line + (foldOf[row] == fold ? ",test" : ",train"))]);
        return path;
    }
}
