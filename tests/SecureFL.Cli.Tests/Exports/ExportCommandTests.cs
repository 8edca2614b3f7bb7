using System.Globalization;
using System.Text.RegularExpressions;
using SecureFL.Cli.Tests.Packaging;
using SecureFL.Cli.Tests.Simulate;
using SecureFL.Cli.Tests.Support;
using SecureFL.Learning.Models;

namespace SecureFL.Cli.Tests.Exports;

/// <summary>
/// <c>export</c> on a model that <c>simulate</c> left, and the page that shows how to use one in Python.
/// </summary>
public sealed partial class ExportCommandTests(ITestOutputHelper output)
{
    [Fact]
    public void Coefficients_reproduce_the_predictions_and_what_cannot_be_exported_is_refused()
    {
        using Hospitals hospitals = new(rows: 40);
        string model = Train(hospitals, "a");
        string table = hospitals.PathOf("coefficients.csv");
        (int code, _, string error) = Securefl.Run("export", model, "--coefficients", table, "--onnx",
            hospitals.PathOf("m.onnx"));
        Assert.True(code == 0, error);
        Assert.True(new FileInfo(hospitals.PathOf("m.onnx")).Length > 500);
        Dictionary<string, double> coefficients = File.ReadLines(table).Skip(1).Select(line => line.Split(','))
            .ToDictionary(cells => cells[1], cells => double.Parse(cells[2], CultureInfo.InvariantCulture));
        string[] lines = File.ReadAllLines(hospitals.Files[1]);
        string[] header = lines[0].Split(',');
        string[] predicted = Securefl.Run("predict", "--model", model, "--data", hospitals.Files[1]).Output
            .TrimEnd('\n').Split('\n')[1..];
        int whole = 0;
        for (int r = 0; r < predicted.Length; r++)
        {
            string[] cells = lines[r + 1].Split(',');
            if (cells.Contains(""))
            {
                continue;
            }

            whole++;
            double score = coefficients["(intercept)"] + header.Select((name, c) =>
                coefficients.TryGetValue(name, out double slope)
                ? slope * double.Parse(cells[c], CultureInfo.InvariantCulture)
                : coefficients.GetValueOrDefault($"{name}={cells[c]}")).Sum();
            Assert.Equal(double.Parse(predicted[r].Split(',')[3], CultureInfo.InvariantCulture),
                1 / (1 + Math.Exp(-score)), 1e-4);
        }

        Assert.True(whole > 10);

        string deep = Train(hospitals, "deep", "--model", "mlp", "--hidden", "4");
        (code, _, error) = Securefl.Run("export", deep, "--coefficients", table);
        Assert.Equal(2, code);
        Assert.Contains("has no coefficients", error, StringComparison.Ordinal);
        (code, _, error) = Securefl.Run("export", model);
        Assert.Equal(2, code);
        Assert.Contains("nothing to export to", error, StringComparison.Ordinal);
    }

    /// <summary>Weights that are finite one by one, and whose sums are not.</summary>
    [Fact]
    public void A_model_beyond_all_bounds_predicts_and_exports_nothing()
    {
        using Hospitals hospitals = new(rows: 40);
        string model = Train(hospitals, "a");
        ModelBundle bundle;
        using (FileStream file = File.OpenRead(model))
        {
            bundle = ModelBundle.Read(file, model);
        }

        string absurd = hospitals.PathOf("absurd.safetensors");
        float[] weights = new float[bundle.Parameters.Values.Length];
        Array.Fill(weights, 3e38f);
        using (FileStream file = File.Create(absurd))
        {
            (bundle with { Parameters = new ModelParameters(bundle.Parameters.Layout, weights) }).Write(file);
        }

        string written = hospitals.PathOf("p.csv");
        (int code, string text, string error) = Securefl.Run("predict", "--model", absurd, "--data",
            hospitals.Files[1], "--output", written);
        Assert.Equal((5, ""), (code, text));
        Assert.Contains($"{absurd}: its prediction for line 2 of {hospitals.Files[1]} is no number", error,
            StringComparison.Ordinal);
        (code, _, error) = Securefl.Run("export", absurd, "--coefficients", written, "--onnx", written);
        Assert.Equal(5, code);
        Assert.Contains($"{absurd}: layer 1 of the model adds up to", error, StringComparison.Ordinal);
        Assert.False(File.Exists(written));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void The_page_on_Python_gives_the_programs_predictions()
    {
        string? python = Python.Find("numpy");
        Assert.SkipWhen(python is null, "no Python with numpy is there (Debian: python3-numpy)");
        bool runtime = Python.Find("onnxruntime") == python;
        using Hospitals hospitals = new();
        string model = Train(hospitals, "a");
        File.Copy(model, hospitals.PathOf("model.safetensors"));
        File.Copy(hospitals.Files[0], hospitals.PathOf("new.csv"));
        Assert.Equal(0, Securefl.Run("export", model, "--onnx", hospitals.PathOf("model.onnx")).ExitCode);

        string[] blocks =
            [.. Blocks().Matches(File.ReadAllText(Path.Combine(SourceTree.Root(), "docs", "use-in-python.md")))
                .Select(match => match.Groups["code"].Value)];
        Assert.Equal(4, blocks.Length);
        string script = hospitals.PathOf("page.py");
        File.WriteAllText(script, string.Join('\n', runtime ? blocks : blocks[..3]));
        (int code, string printed, string error) = Python.Run(python!, Path.GetDirectoryName(script)!, script);
        Assert.True(code == 0, error);
        double[] all =
            [.. printed.TrimEnd('\n').Split('\n').Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
        double[] expected =
        [
            .. Securefl.Run("predict", "--model", model, "--data", hospitals.Files[0]).Output.TrimEnd('\n')
                .Split('\n').Skip(1)
                .Select(line => double.Parse(line.Split(',')[3], CultureInfo.InvariantCulture)),
        ];
        output.WriteLine(runtime ? "with an ONNX runtime" : "without an ONNX runtime: its block was not run");
        Assert.Equal(runtime ? 2 * expected.Length : expected.Length, all.Length);
        Assert.All(all.Zip([.. expected, .. expected]), pair => Assert.Equal(pair.Second, pair.First, 2e-6));
    }

    private static string Train(Hospitals hospitals, string name, params string[] options) =>
        hospitals.Simulate(name, ["--rounds", "3", "--suite", "plaintext", .. options]).Json.GetProperty("final")
        .GetProperty("weightsFile").GetString()!;

    [GeneratedRegex(@"^```python\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
