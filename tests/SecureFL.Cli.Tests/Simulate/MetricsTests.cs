using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using SecureFL.Cli.Tests.Support;
using SecureFL.Learning;

namespace SecureFL.Cli.Tests.Simulate;

/// <summary>
/// The figures that simulate and evaluate print, against formulas on the predictions of <c>predict</c>.
/// </summary>
public sealed class MetricsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Regression_shows_R2_RMSE_and_MAE_everywhere_and_a_common_test_file_stands_by_itself()
    {
        Write("y",
            (random, x) => ((5 * x[0]) - (2 * x[1]) + random.NextGaussian() + 3).ToString("R",
                CultureInfo.InvariantCulture));
        (JsonElement json, string output, string error) = Simulate("--rounds", "6");
        double[] actual = [.. Labels().Select(label => double.Parse(label, CultureInfo.InvariantCulture))];
        string[][] predictions = Predict();
        double[] predicted = [.. predictions.Select(cells => double.Parse(cells[1], CultureInfo.InvariantCulture))];
        double squares = actual.Zip(predicted).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
        double mean = actual.Average();
        double r2 = 1 - (squares / actual.Sum(value => Math.Pow(value - mean, 2)));
        double rmse = Math.Sqrt(squares / actual.Length);
        double mae = actual.Zip(predicted).Average(pair => Math.Abs(pair.First - pair.Second));
        JsonElement final = json.GetProperty("final");
        JsonElement evaluated = Evaluate();
        foreach (JsonElement figures in new[] { final, final.GetProperty("commonTest"), evaluated })
        {
            Assert.Equal(r2, figures.GetProperty("r2").GetDouble(), 1e-4);
            Assert.Equal(rmse, figures.GetProperty("rmse").GetDouble(), 1e-3);
            Assert.Equal(mae, figures.GetProperty("mae").GetDouble(), 1e-3);
            Assert.Equal(JsonValueKind.Null, figures.GetProperty("auc").ValueKind);
        }

        Assert.Equal(2, json.GetProperty("schema").GetInt32());
        Assert.Equal(r2, json.GetProperty("rounds")[5].GetProperty("testR2").GetDouble(), 1e-4);
        Assert.Equal(rmse, json.GetProperty("rounds")[5].GetProperty("testRmse").GetDouble(), 1e-3);
        Assert.All(final.GetProperty("perSite").EnumerateArray(), site =>
        {
            Assert.Equal(0, site.GetProperty("testSamples").GetInt32());
            Assert.Equal(JsonValueKind.Null, site.GetProperty("r2").ValueKind);
            Assert.True(site.GetProperty("trainLoss").GetDouble() > 0);
        });
        Assert.Contains("test R²", error, StringComparison.Ordinal);
        Assert.Single(output.Split('\n'), line => line.StartsWith("common test file", StringComparison.Ordinal));
        Assert.Contains("RMSE", output, StringComparison.Ordinal);
        Assert.DoesNotContain("accuracy", output + error, StringComparison.Ordinal);
        string report = WebUtility.HtmlDecode(File.ReadAllText(PathOf("report.html")));
        Assert.Contains("Test R² after each round", report, StringComparison.Ordinal);
        Assert.DoesNotContain("accuracy", report, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Figures_of_a_rare_outcome_are_those_of_its_probabilities()
    {
        Write("ill", (random, x) => random.NextDouble() < 1 / (1 + Math.Exp(3.5 - (1.5 * x[0]) + x[1])) ? "yes" : "no",
            rows: 1500);
        (JsonElement json, string output, _) = Simulate("--rounds", "5", "--threshold-at", "0.1");
        bool[] ill = [.. Labels().Select(label => label == "yes")];
        double[] p = [.. Predict().Select(cells => double.Parse(cells[3], CultureInfo.InvariantCulture))];
        double wins = 0;
        for (int i = 0; i < p.Length; i++)
        {
            for (int j = 0; j < p.Length; j++)
            {
                wins += ill[i] && !ill[j] ? p[i] > p[j] ? 1 : p[i] == p[j] ? 0.5 : 0 : 0;
            }
        }

        double exact = wins / (ill.Count(one => one) * (double)ill.Count(one => !one));
        JsonElement final = json.GetProperty("final");
        double bound = final.GetProperty("aucBound").GetDouble();
        Assert.Equal(exact, final.GetProperty("auc").GetDouble(), Math.Min(1e-3, bound));
        Assert.Equal(exact, final.GetProperty("commonTest").GetProperty("auc").GetDouble(), 1e-5);
        Assert.Equal(p.Zip(ill).Average(pair => Math.Pow(pair.First - (pair.Second ? 1 : 0), 2)),
            final.GetProperty("brier").GetDouble(), 1e-5);
        JsonElement at = final.GetProperty("atThreshold");
        double threshold = at.GetProperty("threshold").GetDouble();
        Assert.Equal(0.1, threshold, 0.002);
        double hits = p.Zip(ill).Count(pair => pair.First > threshold && pair.Second);
        double alarms = p.Zip(ill).Count(pair => pair.First > threshold && !pair.Second);
        Assert.Equal(hits / ill.Count(one => one), at.GetProperty("sensitivity").GetDouble(), 1e-12);
        Assert.Equal(1 - (alarms / ill.Count(one => !one)), at.GetProperty("specificity").GetDouble(), 1e-12);
        Assert.Equal(p.Zip(ill).Count(pair => pair.First > 0.5 && pair.Second),
            final.GetProperty("confusion").GetProperty("matrix")[1][1].GetInt64());
        Assert.Equal(p.Length, final.GetProperty("calibration").EnumerateArray()
            .Sum(point => point.GetProperty("rows").GetInt64()));
        Assert.Equal(exact, json.GetProperty("rounds")[4].GetProperty("testAuc").GetDouble(), Math.Min(1e-3, bound));
        Assert.Contains(" ± ", output, StringComparison.Ordinal);
        Assert.Contains("for class yes", output, StringComparison.Ordinal);
        JsonElement evaluated = Evaluate();
        Assert.Equal(exact, evaluated.GetProperty("auc").GetDouble(), 1e-5);
        Assert.Equal(final.GetProperty("brier").GetDouble(), evaluated.GetProperty("brier").GetDouble(), 1e-6);
        Assert.Equal(final.GetProperty("youden").GetProperty("threshold").GetDouble(),
            evaluated.GetProperty("youden").GetProperty("threshold").GetDouble());
    }

    [Fact]
    public void Several_classes_have_AUC_F1_and_a_confusion_matrix_and_patience_may_look_at_them()
    {
        string[] names = ["red", "green", "blue"];
        Write("colour", (random, x) =>
        {
            double[] scores = [x[0] + random.NextGaussian(), x[1] + random.NextGaussian(), random.NextGaussian()];
            return names[Array.IndexOf(scores, scores.Max())];
        });
        (JsonElement json, string output, string error) =
            Simulate("--rounds", "40", "--metric", "f1", "--patience", "2");
        Assert.Equal("NoImprovement", json.GetProperty("stopped").GetString());
        Assert.InRange(json.GetProperty("rounds").GetArrayLength(), 3, 39);
        string[] header = File.ReadLines(PathOf("predictions.csv")).First().Split(',');
        string[][] predictions = Predict();
        string[] actual = Labels();
        JsonElement classes = json.GetProperty("final").GetProperty("classes");
        double macro = 0;
        foreach (JsonElement one in classes.EnumerateArray())
        {
            string name = one.GetProperty("class").GetString()!;
            int column = Array.IndexOf(header, $"p({name})");
            double hits = predictions.Zip(actual).Count(pair => pair.First[1] == name && pair.Second == name);
            double of = actual.Count(label => label == name);
            double taken = predictions.Count(cells => cells[1] == name);
            Assert.Equal(hits / of, one.GetProperty("sensitivity").GetDouble(), 1e-12);
            Assert.Equal(2 * hits / (of + taken), one.GetProperty("f1").GetDouble(), 1e-12);
            macro += 2 * hits / (of + taken) / 3;
            double[] p = [.. predictions.Select(cells => double.Parse(cells[column], CultureInfo.InvariantCulture))];
            double wins = Enumerable.Range(0, p.Length).Where(i => actual[i] == name)
                .Sum(i => Enumerable.Range(0, p.Length).Where(j => actual[j] != name)
                    .Sum(j => p[i] > p[j] ? 1 : p[i] == p[j] ? 0.5 : 0));
            Assert.Equal(wins / (of * (actual.Length - of)), one.GetProperty("auc").GetDouble(),
                one.GetProperty("aucBound").GetDouble());
            Assert.InRange(one.GetProperty("aucBound").GetDouble(), 1e-6, 0.02);
        }

        Assert.Equal(macro, json.GetProperty("final").GetProperty("f1").GetDouble(), 1e-12);
        Assert.Contains("label (down) against prediction (across)", output, StringComparison.Ordinal);
        Assert.Contains("test AUC", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--metric auc --target 0.5", "stopping looks at auc: there is none for this label")]
    [InlineData("--metric r2 --target 2 --test-fraction 0.1", "")]
    [InlineData("--patience 3 --test-fraction 0", "there are no test rows")]
    [InlineData("--metric rmse --target nope", "nope")]
    [InlineData("--metric accuracy --target 0.5", "stopping looks at accuracy: there is none for this label")]
    [InlineData("--threshold-at 1", "a probability lies between 0 and 1")]
    [InlineData("--evaluate-every 2", "--evaluate-every needs --async")]
    public void A_metric_that_cannot_be_is_refused(string options, string message)
    {
        Write("y", (random, x) => (x[0] + random.NextGaussian()).ToString("R", CultureInfo.InvariantCulture), rows: 30);
        (int code, _, string error) = Securefl.Run(
            [.. Files(), "--label", "y", "--rounds", "1", "--output", PathOf("run"), "--suite", "plaintext",
                .. options.Split(' ')]);
        Assert.Equal(message.Length == 0 ? 0 : 2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private string[] Files() => ["simulate", "--data", PathOf("a.csv"), "--data", PathOf("b.csv"), "--data",
        PathOf("c.csv")];

    private void Write(string label, Func<SeededRandom, double[], string> labelOf, int rows = 200)
    {
        foreach (string name in new[] { "a", "b", "c", "test" })
        {
            SeededRandom random = SeededRandom.For(1, "metrics " + name);
            StringBuilder text = new($"p,q,{label}\n");
            for (int row = 0; row < rows; row++)
            {
                double[] x = [random.NextGaussian(), random.NextGaussian()];
                text.Append(CultureInfo.InvariantCulture, $"{x[0]:R},{x[1]:R},{labelOf(random, x)}\n");
            }

            File.WriteAllText(PathOf(name + ".csv"), text.ToString());
        }

        _label = label;
    }

    private string _label = "";

    private (JsonElement Json, string Output, string Error) Simulate(params string[] options)
    {
        (int code, string output, string error) = Securefl.Run(
            [.. Files(), "--label", _label, "--test", PathOf("test.csv"), "--suite", "plaintext", "--json",
                PathOf("run.json"), "--report", PathOf("report.html"), .. options]);
        Assert.True(code == 0, error);
        JsonElement json = JsonDocument.Parse(File.ReadAllText(PathOf("run.json"))).RootElement;
        string model = json.GetProperty("final").GetProperty("weightsFile").GetString()!;
        (code, _, string fault) = Securefl.Run("predict", "--model", model, "--data", PathOf("test.csv"), "--output",
            PathOf("predictions.csv"));
        Assert.True(code == 0, fault);
        return (json, output, error);
    }

    private string[] Labels() => [.. File.ReadLines(PathOf("test.csv")).Skip(1).Select(line => line.Split(',')[2])];

    private string[][] Predict() =>
        [.. File.ReadLines(PathOf("predictions.csv")).Skip(1).Select(line => line.Split(','))];

    private JsonElement Evaluate()
    {
        JsonElement json = JsonDocument.Parse(File.ReadAllText(PathOf("run.json"))).RootElement;
        (int code, _, string error) = Securefl.Run(
            "evaluate", "--model", json.GetProperty("final").GetProperty("weightsFile").GetString()!, "--data",
            PathOf("test.csv"), "--json", PathOf("evaluated.json"));
        Assert.True(code == 0, error);
        return JsonDocument.Parse(File.ReadAllText(PathOf("evaluated.json"))).RootElement;
    }
}
