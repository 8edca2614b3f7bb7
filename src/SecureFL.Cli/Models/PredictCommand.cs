using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Trainers;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Text;
using SecureFL.Learning.Models;
using SecureFL.Transport.Formats;

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
            RequireNumbers(input, predictions);
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

    // Nobody is to take what is no number for a prediction: nothing is written at all.
    private static void RequireNumbers(ModelRows input, Predictions predictions)
    {
        TargetScaling? targets = input.Data.Task == LearningTask.Regression ? input.Bundle.Targets : null;
        for (int i = 0; i < predictions.Values.Length; i++)
        {
            float value = predictions.Values[i];
            if (!float.IsFinite(value) || !double.IsFinite(targets?.Unscale(value) ?? 0))
            {
                throw new CliException(
                    ExitCode.Integrity,
                    $"{input.ModelFile}: its prediction for line {input.LineOf(i / predictions.Columns)} of "
                    + $"{input.DataFile} is no number",
                    "the model's weights or its scaling are beyond all bounds (training diverged, or the file was "
                    + "changed), or that line is; nothing is written");
            }
        }
    }

    private static void Write(ModelRows input, Predictions predictions, TextWriter writer)
    {
        (ModelBundle bundle, Dataset data) = (input.Bundle, input.Data);
        LearningTask task = data.Task;
        ImmutableArray<string> classes = TableSchema.ClassNames(bundle.Schema, data.ClassCount);
        writer.WriteLine(task == LearningTask.Regression ? "line,prediction"
            : "line,prediction," + string.Join(',', classes.Select(name => CsvCell.Of("p(" + name + ")"))));
        for (int i = 0; i < data.Count; i++)
        {
            long line = input.LineOf(i);
            ReadOnlySpan<float> row = predictions.Values.AsSpan(i * predictions.Columns, predictions.Columns);
            float[] shares = task == LearningTask.Binary && row.Length == 1 ? [1 - row[0], row[0]] : row.ToArray();
            string prediction = task == LearningTask.Regression
                ? Target(bundle.Targets, row[0])
                : CsvCell.OfName(classes[Array.IndexOf(shares, shares.Max())]);
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
