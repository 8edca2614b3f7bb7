using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Trainers;
using SecureFL.Deployment.Formats;
using SecureFL.Federated.Data;
using SecureFL.Federated.Data.Text;
using SecureFL.Federated.Models;

namespace SecureFL.Cli.Models;

/// <summary><c>predict</c>: a trained model on new rows, as CSV.</summary>
internal static class PredictCommand
{
    internal static Command Create()
    {
        ModelRowsOptions options = new("rows; a label column is not needed and not looked at");
        Option<FileInfo?> output = new("--output")
        { Description = "write the predictions here instead of to standard output", HelpName = "FILE" };
        Command command = new("predict",
            "Use a trained model on new rows. Prints one line a row: its line in the file, the prediction, and "
            + "probabilities.");
        options.AddTo(command);
        command.Add(output);
        command.SetAction(async (result, cancellationToken) =>
        {
            ModelRows input = options.Read(result, withLabels: false);
            Predictions predictions = await input.PredictAsync(cancellationToken).ConfigureAwait(false);
            if (result.GetValue(output) is not FileInfo file)
            {
                Write(input, predictions, Console.Out);
                return (int)ExitCode.Ok;
            }

            WholeFile.Write(
                file.FullName,
                stream =>
                {
                    using StreamWriter writer = new(stream, leaveOpen: true);
                    Write(input, predictions, writer);
                },
                ownerOnly: false);
            return (int)ExitCode.Ok;
        });
        return
            Examples.Of(command,
                "securefl predict --model securefl-run/model.safetensors --data new.csv --output predictions.csv");
    }

    private static void Write(ModelRows input, Predictions predictions, TextWriter writer)
    {
        (ModelBundle bundle, _, _, Dataset data, IReadOnlyList<int> rows, RawTable? table) = input;
        LearningTask task = data.Task;
        ImmutableArray<string> classes = TableSchema.ClassNames(bundle.Schema, data.ClassCount);
        writer.WriteLine(task == LearningTask.Regression ? "line,prediction"
            : "line,prediction," + string.Join(',', classes.Select(name => CsvCell.Of("p(" + name + ")"))));
        for (int i = 0; i < data.Count; i++)
        {
            long line = table?.Rows[rows[i]].Line ?? rows[i] + 1;
            ReadOnlySpan<float> row = predictions.Values.AsSpan(i * predictions.Columns, predictions.Columns);
            float[] shares = task == LearningTask.Binary && row.Length == 1 ? [1 - row[0], row[0]] : row.ToArray();
            string prediction = task == LearningTask.Regression
                ? Target(bundle.Targets, row[0])
                : CsvCell.Of(classes[Array.IndexOf(shares, shares.Max())]);
            string tail = task == LearningTask.Regression ? "" : "," + string.Join(',', shares.Select(Number));
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line},{prediction}{tail}"));
        }
    }

    /// <summary>
    /// A number to predict, with all its digits and without an exponent up to 1E+15: a float's own digits, or those of
    /// the target's scaling.
    /// </summary>
    internal static string Target(TargetScaling? targets, float output) => targets is null
        ? double.Parse(output.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        .ToString("R", CultureInfo.InvariantCulture)
        : targets.Unscale(output).ToString("G15", CultureInfo.InvariantCulture);

    private static string Number(float value) => value.ToString("G7", CultureInfo.InvariantCulture);
}
