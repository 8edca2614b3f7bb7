using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;

namespace SecureFL.Cli.Models;

/// <summary><c>evaluate</c>: a trained model against known labels.</summary>
internal static class EvaluateCommand
{
    internal static Command Create()
    {
        ModelRowsOptions options = new("rows with labels");
        Option<FileInfo?> json = new("--json") { Description = "write the figures to this file", HelpName = "FILE" };
        Command command = new("evaluate", "Measure a trained model on rows with labels: loss, accuracy, AUC, confusion matrix.");
        options.AddTo(command);
        command.Add(json);
        command.SetAction(result =>
        {
            ModelRows input = options.Read(result, withLabels: true);
            EvaluationCounts counts = Evaluator.Evaluate(input.Spec, input.Bundle.Parameters.Values, input.Data);
            double? auc = input.Spec.Task == LearningTask.Binary
                ? Evaluator.ExactAuc(new FeedForwardModel(input.Spec).Predict(input.Bundle.Parameters.Values, input.Data), input.Data.Labels)
                : null;
            Print(counts, auc, input.Bundle, input.Spec);
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
