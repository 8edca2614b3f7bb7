using SecureFL.Cli.Clients;
using SecureFL.Cli.Models;
using SecureFL.Cli.Runs;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Tests.Data;

/// <summary>
/// Files to sites: several files with a site column, test files by site, schemas that were fixed before, arrays with
/// real targets.
/// </summary>
public sealed class SiteFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("securefl-sites").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_sites_rows_of_two_files_go_under_their_own_names_and_their_own_way_of_writing_numbers()
    {
        string first = Table("2019.csv", "age,sbp,hospital,y",
            i => $"{40 + (i % 9)}.5,{120 + (i % 7)},{"ns"[i % 2]},{i / 2 % 2}");
        string second = Table("2020.csv", "sbp;age;y;hospital",
            i => $"{120 + (i % 7)};{40 + (i % 9)},5;{i / 2 % 2};{"ns"[i % 2]}");
        LoadedSites loaded = SiteLoader.Load(Settings(first, second) with { SiteColumn = "hospital" });
        Assert.Equal(["age", "sbp"], loaded.Schema!.FeatureNames());
        Assert.Equal([40, 40], loaded.Sites.Select(site => site.Train.Count));
        foreach (RawDataset rows in loaded.Sites.Select(site => site.Train))
        {
            Assert.False(rows.HasMissing);
            Assert.All(Enumerable.Range(0, rows.Count), r => Assert.InRange(rows.Row(r)[0], 40, 49));
            Assert.All(Enumerable.Range(0, rows.Count), r => Assert.InRange(rows.Row(r)[1], 120, 127));
        }

        // An index is one of the first file; a name that a file lacks is refused.
        Assert.Equal(["n", "s"], SiteLoader.Load(Settings(first, second) with { SiteColumn = "2" }).Sites
            .Select(site => site.Name));
        string third = Table("2021.csv", "age,dbp,hospital,y", i => $"1,2,n,{i % 2}");
        Assert.Contains("2021.csv has no sbp", Refusal(Settings(first, third) with { SiteColumn = "hospital" }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_in_the_second_file_names_it()
    {
        string first = Table("2019.csv", "x,hospital,y", i => $"{i % 9},{"ns"[i % 2]},{i / 2 % 2}");
        string second = Table("2020.csv", "x,hospital,y", i => $"{(i == 3 ? "1e300" : "4")},{"ns"[i % 2]},{i / 2 % 2}");
        Assert.Contains("2020.csv, line 5, column x: 1E+300 is beyond",
            Refusal(Settings(first, second) with { SiteColumn = "hospital" }), StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_of_a_site_with_rows_in_two_files_name_the_file()
    {
        string first = Table("2019.csv", "x,sex,hospital,y",
            i => $"{i % 9},{"fm"[i % 2]},{"ns"[i / 2 % 2]},{i / 3 % 2}");
        string second = Table("2020.csv", "x,sex,hospital,y",
            i => $"{(i == 5 ? "<3" : $"{i % 9}")},{(i == 8 ? "M" : "f")},{(i < 20 ? "n" : "N")},{i / 3 % 2}");
        SiteSettings settings = Settings(first, second) with { SiteColumn = "hospital" };
        string refusal = Refusal(settings);
        Assert.Contains("2020.csv, line 10, column sex: 'M' and 'm' (", refusal, StringComparison.Ordinal);
        IReadOnlyList<string> notes = SiteLoader.Load(
            settings with { Columns = settings.Columns with { Exact = ["sex"] } }).Notes;
        Assert.Contains(notes, note => note.EndsWith("2020.csv, line 7", StringComparison.Ordinal));
        Assert.Contains("column hospital: n, N look like one site in several spellings and are taken as several",
            notes);
    }

    [Fact]
    public void Test_rows_of_a_site_that_does_not_train_are_refused_with_their_number()
    {
        string train = Table("train.csv", "x,hospital,y", i => $"{i % 9},{"ns"[i % 2]},{i / 2 % 2}");
        string test = Table("test.csv", "x,hospital,y", i => $"{i % 9},{(i < 30 ? "n" : "S ")},{i % 2}");
        SiteSettings settings = Settings(train) with { SiteColumn = "hospital", TestFile = test };
        Assert.Contains("test.csv, column hospital: no training row is of these sites: S (10 test rows)",
            Refusal(settings), StringComparison.Ordinal);
        string some = Table("some.csv", "x,hospital,y", i => $"{i % 9},n,{i % 2}");
        LoadedSites loaded = SiteLoader.Load(settings with { TestFile = some });
        Assert.Equal([40, null], loaded.Sites.Select(site => site.Test?.Count));
        Assert.Contains(loaded.Notes, note => note.EndsWith("some.csv: no test rows of s", StringComparison.Ordinal));
    }

    [Fact]
    public void What_does_not_fit_a_fixed_schema_is_said_by_every_command()
    {
        string good = Table("good.csv", "x,sex,y", i => $"{i % 9},{"fm"[i % 2]},{i / 2 % 2}");
        string odd = Table("odd.csv", "x,sex,y",
            i => $"{(i == 0 ? "<3" : i % 9)},{(i == 1 ? "q" : "fm"[i % 2])},{i / 2 % 2}");
        TableSchema schema = SiteLoader.Load(Settings(good)).Schema!;
        SiteSettings settings = Settings(good, odd) with { Schema = schema };
        string[] simulated =
            [.. SiteLoader.Load(settings).Notes.Where(note => note.StartsWith(odd, StringComparison.Ordinal))];
        TrainingTerms terms = new()
        {
            Model = ModelTerms.Of(ModelSpec.Logistic(schema.Width)),
            Stopping = new StoppingRules { Rounds = 1 },
            Data = new DataTerms { Schema = schema }
        };
        Assert.Equal(simulated, SiteRows.Load(terms, new SiteFiles(odd, null, null), "odd", 0).Notes);
        Assert.Contains($"{odd}: column x: 1 cells are no number and count as missing: '<3' 1x; the first is in line 2",
            simulated);
        Assert.Contains($"{odd}: column sex: 1 cells are none of its categories and count as unseen: 'q' 1x",
            simulated);
        Assert.Contains(simulated, note => note.Contains("1 missing cells filled in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_column_with_values_at_one_site_is_refused_under_a_fixed_schema_and_where_a_site_is_left_out()
    {
        string[] files =
            [
                .. "abcd".Select(
                    site => Table($"{site}.csv", "t,x,y",
                        i => $"{(site <= 'b' ? $"{i % 8}" : "not done")},{i % 9},{i / 2 % 2}"))];
        SimulationSettings settings = new()
        {
            Description = TrainingDescription.Default.With("sum.suite", SumSuite.Plaintext)
                .With("data.testFraction", 0.0).With("stopping.rounds", 1),
            Sites = Settings(files),
            LeaveOneSiteOut = true,
            Output = Path.Combine(_folder, "run"),
        };
        using RunFolder folder = new(settings.Output);
        SumFactory sums = new(settings, folder);
        SimulationSites sites = new(settings);
        LoadedSites loaded = sites.Load(sums, CancellationToken.None);
        DataFormatException fault = Assert.Throws<DataFormatException>(
            new HeldOutRuns(settings, folder, sites, loaded).Check);
        Assert.StartsWith("b, column t: without a, no other site has a value", fault.Message, StringComparison.Ordinal);

        LoadedSites fixedSchema = SiteLoader.Load(Settings(files[1..]) with { Schema = loaded.Schema });
        fault = await Assert.ThrowsAsync<DataFormatException>(
            () => new FederatedRun(settings).PrepareAsync(fixedSchema, sums, CancellationToken.None));
        Assert.StartsWith("b, column t: no other site has a value", fault.Message, StringComparison.Ordinal);
        Assert.Contains("data.schema", fault.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Sites_of_arrays_decide_together_whether_labels_are_numbers_and_a_plan_says_it()
    {
        string whole = Arrays("whole.npz", [1, 2, 3]);
        string fractions = Arrays("fractions.npz", [1.5, 2, 3]);
        SiteSettings settings = new() { Data = [whole, fractions] };
        LoadedSites loaded = SiteLoader.Load(settings);
        Assert.All(loaded.Sites, site => Assert.Equal(LearningTask.Regression, site.Train.Task));
        Assert.Equal(["label: a number"], loaded.Notes);
        Assert.Equal(
            ["label: 4 classes (0 .. 3); --model linear, or model.task in a training file, takes it as a number"],
            SiteLoader.Load(new SiteSettings { Data = [whole] }).Notes);
        Assert.Equal(LearningTask.Regression,
            SiteLoader.Load(new SiteSettings
            { Data = [whole], ModelTask = LearningTask.Regression }).Sites[0].Train.Task);

        TrainingTerms terms = new()
        {
            Model = ModelTerms.Of(ModelSpec.Linear(2)),
            Stopping = new StoppingRules { Rounds = 1 },
            Data = new DataTerms { TestFraction = 0 }
        };
        Assert.Equal([1, 2, 3],
            SiteRows.Load(terms, new SiteFiles(whole, null, null), "whole", 0).Site.Train.Labels.Order());
        ModelBundle bundle = Bundle(ModelSpec.Linear(2));
        Assert.Equal([1, 2, 3],
            ModelFile.Rows(bundle, whole, withLabels: true, null, CsvReadOptions.Default).Data.Labels);
    }

    [Fact]
    public void Arrays_of_other_widths_and_tables_beside_arrays_are_refused()
    {
        string two = Arrays("two.npz", [0, 1]);
        string three = Write("three.npz",
            stream => NumpyArchive.Write(stream,
                [new("x", TensorData.FromDoubles(new double[6], 2, 3)), new("y", TensorData.FromDoubles([0, 1], 2))]));
        Assert.EndsWith("three.npz: rows of 3 features, those of " + two + " have 2",
            Refusal(new SiteSettings { Data = [two, three] }), StringComparison.Ordinal);
        string table = Table("t.csv", "x,y", i => $"{i},{i % 2}");
        Assert.Contains("is a table beside array files",
            Assert.Throws<CliException>(() => SiteLoader.Load(new SiteSettings { Data = [two, table] })).Message,
            StringComparison.Ordinal);
        Assert.Throws<CliException>(() => SiteLoader.Load(Settings(table) with { TestFile = two }));
    }

    [Fact]
    public void Prediction_needs_no_labels_in_arrays()
    {
        string features = Write("x.npz",
            stream => NumpyArchive.Write(stream, [new("x", TensorData.FromDoubles([1, 2, 3, 4], 2, 2))]));
        string matrix = Write("x.npy", stream => NumpyFile.Write(stream, TensorData.FromDoubles([1, 2, 3, 4], 2, 2)));
        string labelled = Write("xy.npy",
            stream => NumpyFile.Write(stream, TensorData.FromDoubles([1, 2, 7, 3, 4, 9], 2, 3)));
        ModelBundle bundle = Bundle(ModelSpec.Softmax(2, 3));
        foreach (string path in (string[])[features, matrix, labelled])
        {
            Dataset data = ModelFile.Rows(bundle, path, withLabels: false, null, CsvReadOptions.Default).Data;
            Assert.Equal([1, 2, 3, 4], data.Features);
            Assert.Equal(3, data.ClassCount);
        }

        Assert.Throws<DataFormatException>(
            () => ModelFile.Rows(bundle, features, withLabels: true, null, CsvReadOptions.Default));
        Assert.Contains(
            "has 2 features, the model 5",
            Assert.ThrowsAny<Exception>(
                () => ModelFile.Rows(Bundle(ModelSpec.Logistic(5)), matrix, withLabels: false, null,
                    CsvReadOptions.Default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_knows_which_column_of_a_matrix_was_the_label_and_of_what_kind()
    {
        string matrix = Write("yx.npy",
            stream => NumpyFile.Write(stream, TensorData.FromDoubles([7, 1, 2, 9, 3, 4], 2, 3)));
        ModelBundle written = Bundle(ModelSpec.Linear(2)) with
        { Labels = new ArrayLabels(LearningTask.Regression, 0, "0") };
        string file = Write("model.safetensors", written.Write);
        ModelBundle bundle = ModelFile.Read(new FileInfo(file)).Bundle;
        Assert.Equal(written.Labels, bundle.Labels);
        Dataset labelled = ModelFile.Rows(bundle, matrix, withLabels: true, null, CsvReadOptions.Default).Data;
        Assert.Equal([7, 9], labelled.Labels);
        Assert.Equal([1, 2, 3, 4], labelled.Features);
        Assert.Equal([1, 2, 3, 4],
            ModelFile.Rows(bundle, matrix, withLabels: false, null, CsvReadOptions.Default).Data.Features);

        // Of an external trainer's weights nothing else says what they predict.
        ModelBundle external = written with { Spec = null, Labels = new ArrayLabels(LearningTask.MultiClass, 12, "0") };
        Assert.Equal(12,
            ModelFile.Rows(external, matrix, withLabels: false, null, CsvReadOptions.Default).Data.ClassCount);
        string wrong = Write("wrong.safetensors",
            (written with { Labels = new ArrayLabels(LearningTask.Binary, 2, null) }).Write);
        Assert.Contains("a Regression model of 0 classes with a Binary label",
            Assert.Throws<DataFormatException>(() => ModelFile.Read(new FileInfo(wrong))).Message,
            StringComparison.Ordinal);
    }

    private static ModelBundle Bundle(ModelSpec spec) =>
        new() { Parameters = new FeedForwardModel(spec).CreateInitial(1), Spec = spec };

    private static SiteSettings Settings(params string[] files) =>
        new() { Data = [.. files], Columns = new ColumnTerms { Label = "y" } };

    private static string Refusal(SiteSettings settings) =>
        Assert.Throws<DataFormatException>(() => SiteLoader.Load(settings)).Message;

    private string Table(string name, string header, Func<int, string> row) => Write(
        name,
        stream =>
            stream.Write(System.Text.Encoding.UTF8
                .GetBytes($"{header}\n{string.Concat(Enumerable.Range(0, 40).Select(i => row(i) + "\n"))}")));

    private string Arrays(string name, double[] labels) => Write(name, stream => NumpyArchive.Write(
        stream, [new("x", TensorData.FromDoubles(new double[2 * labels.Length], labels.Length, 2)),
            new("y", TensorData.FromDoubles(labels, labels.Length))]));

    private string Write(string name, Action<Stream> write)
    {
        string path = Path.Combine(_folder, name);
        using FileStream stream = File.Create(path);
        write(stream);
        return path;
    }
}
