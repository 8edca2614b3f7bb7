using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Simulate;

/// <summary>
/// Columns and targets of every scale, as they come in hospitals' files, through the real executable with no option but
/// the label.
/// </summary>
public sealed class ScaleTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-scales-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>
    /// y = 200000 + 5 x + noise: the slope is found within 1 % at 16 bits, encrypted and in the clear, and sensibly at
    /// 8.
    /// </summary>
    [Theory]
    [InlineData("16", "one-time-key", 0.01)]
    [InlineData("16", "plaintext", 0.01)]
    [InlineData("8", "plaintext", 0.1)]
    [InlineData("32", "plaintext", 0.01)]
    [Trait("Category", "Slow")]
    public void A_target_far_from_zero_keeps_its_slope(string bits, string suite, double tolerance)
    {
        string[] files = [.. Enumerable.Range(0, 3).Select(site => WriteTable(
            $"s{site}", "x,y", 400, site,
            (random, row) => Line(row = 50 + (10 * Normal(random)), 200_000 + (5 * row) + Normal(random))))];
        JsonElement json = Simulate(files, "--label", "y", "--model", "linear", "--rounds", "30", "--bits", bits,
            "--suite", suite);
        string model = json.GetProperty("final").GetProperty("weightsFile").GetString()!;
        string points = Path.Combine(_folder.FullName, "points.csv");
        File.WriteAllText(points, "x\n40\n60\n");
        (int code, string output, string error) = Securefl.Run("predict", "--model", model, "--data", points);
        Assert.True(code == 0, error);
        double[] predictions = [.. output.Trim().Split('\n').Skip(1)
            .Select(line => double.Parse(line.Split(',')[1], CultureInfo.InvariantCulture))];
        Assert.Equal(5, (predictions[1] - predictions[0]) / 20, 5 * tolerance);
        Assert.Equal(200_200, predictions[0], 20 * tolerance * 20);
    }

    /// <summary>
    /// The columns that the scaling of an earlier version refused or lost: small and large scales, many rows, epoch
    /// seconds, a constant.
    /// </summary>
    [Fact]
    public void Columns_of_every_scale_are_scaled_as_pooled_rows()
    {
        string[] columns = ["troponin", "platelets", "birth_year", "admitted", "income", "constant", "y"];
        static string Row(Random random)
        {
            double signal = Normal(random);
            double[] values =
            [
                5e-5 + (1e-5 * signal), 2.5e5 + (6e4 * Normal(random)), Math.Round(1950 + (15 * Normal(random))),
                1.7e9 + (1e6 * Normal(random)), 1e10 * Math.Exp(Normal(random)), 7,
            ];
            return Line([.. values, signal + (0.5 * Normal(random)) > 0 ? 1 : 0]);
        }

        string[] files =
            [.. Enumerable.Range(0, 3).Select(
                site => WriteTable($"w{site}", string.Join(',', columns), 600, 10 + site, (random, _) => Row(random)))];
        JsonElement json = Simulate(files, "--label", "y", "--test-fraction", "0.25", "--suite", "plaintext");

        // One unit of troponin is 1e5 deviations: no number holds its odds ratio, and JSON has null for it, no text.
        JsonElement troponin = json.GetProperty("final").GetProperty("coefficients").EnumerateArray()
            .Single(row => row.GetProperty("feature").GetString() == "troponin");
        Assert.Equal(JsonValueKind.Null, troponin.GetProperty("oddsRatio").ValueKind);
        Assert.Equal(
            Math.Exp(troponin.GetProperty("standardized").GetDouble()),
            troponin.GetProperty("standardizedOddsRatio").GetDouble(), 1e-9);
        Assert.Contains(
            json.GetProperty("notes").EnumerateArray(),
            note => note.GetString()!.Contains("so 0 for the model: constant", StringComparison.Ordinal));

        // The sign of the signal is right in arctan(2) / pi + 1/2 of the rows.
        Assert.InRange(json.GetProperty("final").GetProperty("testAccuracy").GetDouble(), 0.80, 0.90);
    }

    /// <summary>A common test file, and rows dealt out: with every scaling.</summary>
    [Theory]
    [InlineData("federated")]
    [InlineData("site")]
    [InlineData("minmax")]
    [InlineData("none")]
    [Trait("Category", "Slow")]
    public void A_common_test_file_and_rows_dealt_out_work_with_every_scaling(string scaling)
    {
        static string Row(Random random, double _)
        {
            double x = Normal(random);
            return Line(x, x > 0 ? 1 : 0);
        }

        string rows = WriteTable("rows", "x,y", 200, 3, Row);
        string test = WriteTable("test", "x,y", 100, 4, Row);
        JsonElement json = Simulate([rows], "--label", "y", "--sites", "4", "--test", test, "--normalize", scaling,
            "--suite", "plaintext", "--lr", "1");
        Assert.InRange(json.GetProperty("final").GetProperty("testAccuracy").GetDouble(), 0.9, 1);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_clip_that_cuts_and_a_step_that_is_coarse_are_said_with_numbers()
    {
        string[] files = [.. Enumerable.Range(0, 3).Select(site => WriteTable(
            $"c{site}", "x,y", 60, 20 + site,
            (random, x) => Line(x = Normal(random), x + Normal(random) > 0 ? 1 : 0)))];
        (_, string error) = SimulateWithError(files, "--label", "y", "--suite", "plaintext", "--rounds", "2",
            "--clip", "0.0001");
        Assert.Contains("elements were clipped in 2 of 2 rounds, 100.0 % in round", error.Replace('\u00a0', ' '),
            StringComparison.Ordinal);
        Match enough = Regex.Match(
            error, "hint: --clip ([0-9.]+) leaves room for all of them; without --clip one is found for each tensor\n");
        Assert.True(enough.Success, error);
        Assert.Matches("; most of tensor layers\\.0\\.(weight|bias), 100\\.0.% of its elements\n", error);
        (_, string wide) = SimulateWithError(
            files, "--label", "y", "--suite", "plaintext", "--rounds", "2", "--clip", enough.Groups[1].Value);
        Assert.DoesNotContain("clipped in", wide, StringComparison.Ordinal);
        (JsonElement json, string coarse) =
            SimulateWithError(files, "--label", "y", "--suite", "plaintext", "--rounds", "2", "--clip", "100",
                "--bits", "4");
        Assert.Contains("a quantisation step exceeded the typical update in 2 of 2 rounds", coarse,
            StringComparison.Ordinal);
        Assert.Contains("tensor layers.0.", coarse, StringComparison.Ordinal);
        Assert.All(json.GetProperty("rounds").EnumerateArray(), round =>
        {
            Assert.True(round.GetProperty("largestStepOverUpdate").GetDouble() > 1);
            Assert.Equal(0, round.GetProperty("clippedShare").GetDouble());
        });
        (_, string quiet) = SimulateWithError(files, "--label", "y", "--suite", "plaintext", "--rounds", "2");
        Assert.DoesNotContain("clipped in", quiet, StringComparison.Ordinal);
        Assert.DoesNotContain("quantisation step", quiet, StringComparison.Ordinal);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static string Line(params double[] values) =>
        string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    private string WriteTable(string name, string header, int rows, int seed, Func<Random, double, string> row)
    {
        Random random = new(seed);
        StringBuilder text = new(header + "\n");
        for (int i = 0; i < rows; i++)
        {
            text.Append(row(random, 0)).Append('\n');
        }

        string path = Path.Combine(_folder.FullName, name + ".csv");
        File.WriteAllText(path, text.ToString());
        return path;
    }

    private JsonElement Simulate(string[] files, params string[] options) => SimulateWithError(files, options).Json;

    private (JsonElement Json, string Error) SimulateWithError(string[] files, params string[] options)
    {
        string json = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N") + ".json");
        (int code, string _, string error) =
            Securefl.Run(
                ["simulate", .. files.SelectMany(file => new[] { "--data", file }), "--json", json, .. options]);
        Assert.True(code == 0, error);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(json));
        return (document.RootElement.Clone(), error);
    }
}
