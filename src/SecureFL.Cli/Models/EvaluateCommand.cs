using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;

namespace SecureFL.Cli.Models;

/// <summary><c>evaluate</c>: a trained model against known labels.</summary>
internal static class EvaluateCommand
{
    internal static Command Create()
    {
        Option<FileInfo> model = new("--model") { Description = "the model that simulate left", Required = true, HelpName = "FILE" };
        Option<string> data = new("--data") { Description = "rows with labels", Required = true, HelpName = "FILE" };
        Option<string?> site = new("--site") { Description = "whose rows they are, for models trained with --normalize site" };
        Option<FileInfo?> json = new("--json") { Description = "write the figures to this file", HelpName = "FILE" };
        Option<string> header = Simulate.SimulateOptions.Choice("--header", "detect", "whether the first line names the columns", "detect", "yes", "no");
        Option<string?> separator = new("--separator") { Description = "the CSV separator; detected by default", HelpName = "CHARACTER" };
        Command command = new(
            "evaluate",
            "Measure a trained model on rows with labels: loss, accuracy, AUC, confusion matrix.")
        {
            model, data, site, json, header, separator,
        };
        command.SetAction(result =>
        {
            CsvReadOptions csv = SiteOptions.Csv(result.GetValue(header)!, result.GetValue(separator));
            (ModelBundle bundle, ModelSpec spec) = ModelFile.Read(result.GetValue(model)!);
            (Dataset rows, _, _) = ModelFile.Rows(bundle, result.GetValue(data)!, withLabels: true, result.GetValue(site), csv);
            EvaluationCounts counts = Evaluator.Evaluate(spec, bundle.Parameters.Values, rows);
            double? auc = spec.Task == LearningTask.Binary ? Evaluator.ExactAuc(new FeedForwardModel(spec).Predict(bundle.Parameters.Values, rows), rows.Labels) : null;
            Print(counts, auc, bundle, spec);
            JsonOutput.Write(result.GetValue(json), new { counts.Samples, Loss = counts.MeanLoss, counts.Accuracy, Auc = auc, counts.RSquared });
            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, "securefl evaluate --model securefl-run/model.safetensors --data held-out.csv");
    }

    private static void Print(EvaluationCounts counts, double? auc, ModelBundle bundle, ModelSpec spec)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"rows      {counts.Samples}"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"loss      {counts.MeanLoss:F4}"));
        foreach ((string name, double? value) in new[] { ("accuracy", counts.Accuracy), ("AUC", auc), ("R squared", counts.RSquared) })
        {
            if (value is double number)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-9} {number:F4}"));
            }
        }

        if (!counts.Layout.HasConfusion)
        {
            return;
        }

        string[] names = bundle.Schema is { Label.Classes.IsEmpty: false } schema
            ? [.. schema.Label.Classes]
            : [.. Enumerable.Range(0, spec.ClassCount).Select(c => c.ToString(CultureInfo.InvariantCulture))];
        int width = Math.Max(7, names.Max(name => name.Length) + 1);
        Console.Out.WriteLine("label (down) against prediction (across)");
        Console.Out.WriteLine(new string(' ', width) + string.Concat(names.Select(name => name.PadLeft(width))));
        for (int actual = 0; actual < names.Length; actual++)
        {
            int row = actual;
            Console.Out.WriteLine(names[actual].PadRight(width) + string.Concat(names.Select((_, predicted) =>
                counts.Confusion(row, predicted).ToString(CultureInfo.InvariantCulture).PadLeft(width))));
        }
    }
}
