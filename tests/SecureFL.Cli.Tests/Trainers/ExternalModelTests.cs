using System.Globalization;
using System.Text.Json;
using SecureFL.Cli.Tests.Simulate;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Trainers;

/// <summary><c>predict</c> and <c>evaluate</c> with a model that only its external trainer understands.</summary>
public class ExternalModelTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public void A_trainer_that_ships_predict_serves_predict_and_evaluate()
    {
        string? python = Python.Find("zipfile");
        Assert.SkipWhen(python is null, "no Python is there");
        using Hospitals hospitals = new(rows: 40);
        string script = hospitals.PathOf("trainer.py");
        File.WriteAllText(script, PlainPythonTrainer.Script);
        string trainer = $"{python} \"{script}\"";
        string model = hospitals.Simulate("external", "--rounds", "3", "--suite", "plaintext", "--trainer",
            trainer).Json
            .GetProperty("final").GetProperty("weightsFile").GetString()!;

        (int code, string output, string error) =
            Securefl.Run("predict", "--model", model, "--data", hospitals.Files[1], "--trainer", trainer);
        Assert.True(code == 0, error);
        string[] lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal("line,prediction,p(0),p(1)", lines[0]);
        Assert.Equal(41, lines.Length);
        double[] probabilities =
            [.. lines.Skip(1).Select(line => double.Parse(line.Split(',')[3], CultureInfo.InvariantCulture))];
        Assert.True(probabilities.Distinct().Count() > 30);

        string json = hospitals.PathOf("evaluate.json");
        (code, _, error) = Securefl.Run("evaluate", "--model", model, "--data", hospitals.Files[1], "--trainer",
            trainer, "--json", json);
        Assert.True(code == 0, error);
        string[] labels = [.. File.ReadLines(hospitals.Files[1]).Skip(1).Select(line => line[^1..])];
        double right = labels.Zip(lines[1..], (label, line) => label == line.Split(',')[1] ? 1.0 : 0).Average();
        JsonElement figures = JsonDocument.Parse(File.ReadAllText(json)).RootElement;
        Assert.Equal(right, figures.GetProperty("accuracy").GetDouble(), 1e-12);
        double loss = labels.Zip(probabilities, (label, p) => -Math.Log(label == "1" ? p : 1 - p)).Average();
        Assert.Equal(loss, figures.GetProperty("loss").GetDouble(), 1e-4);
        Assert.InRange(right, 0.6, 1);

        (code, _, error) = Securefl.Run("predict", "--model", model, "--data", hospitals.Files[1]);
        Assert.Equal(2, code);
        Assert.Contains("--trainer", error, StringComparison.Ordinal);
        File.WriteAllText(script, PlainPythonTrainer.Script
            .Replace("\"predictions.npz\", \"p\"", "\"predictions.npz\", \"q\"", StringComparison.Ordinal));
        (code, _, error) = Securefl.Run("predict", "--model", model, "--data", hospitals.Files[1],
            "--trainer", trainer);
        Assert.Equal(6, code);
        Assert.Contains("the trainer left no array p", error, StringComparison.Ordinal);
    }
}
