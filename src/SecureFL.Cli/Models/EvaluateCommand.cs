using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using SecureFL.Cli.Evaluations;
using SecureFL.Cli.Runs;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Cli.Models;

/// <summary><c>evaluate</c>: a trained model against known labels.</summary>
internal static class EvaluateCommand
{
    internal static Command Create()
    {
        ModelRowsOptions options = new("rows with labels");
        Option<FileInfo?> json = new("--json") { Description = "write the figures to this file", HelpName = "FILE" };
        Option<double> threshold = MetricText.ThresholdOption();
        Command command = new(
            "evaluate",
            "Measure a trained model on rows with labels: loss, accuracy, AUC, F1, Brier score, sensitivity, "
            + "specificity and confusion matrix, or R², RMSE and MAE.");
        options.AddTo(command);
        command.Add(threshold);
        command.Add(json);
        command.SetAction(async (result, cancellationToken) =>
        {
            ModelRows input = options.Read(result, withLabels: true);
            double at = MetricText.Threshold(result.GetValue(threshold));
            EvaluationCounts counts = input.Spec is ModelSpec spec
                ? Evaluator.Evaluate(spec, input.Bundle.Parameters.Values, input.Data)
                : (await input.PredictAsync(cancellationToken).ConfigureAwait(false)).Count(input.Data);
            MetricSummary figures = ModelScore.WithExactAuc(
                MetricSummary.Of(counts, TargetUnits.Of(input.Bundle.Targets)), input.Spec, input.Bundle.Parameters,
                input.Data);
            ImmutableArray<string> classes = TableSchema.ClassNames(input.Bundle.Schema, counts.Layout.ClassCount);
            StringBuilder text = new();
            text.AppendLine(CultureInfo.InvariantCulture, $"rows          {counts.Samples}");
            EvaluationText.Figures(text, figures);
            EvaluationText.Classes(text, counts, classes, at);
            Console.Out.Write(text);
            Dictionary<string, object?> found = new() { ["schema"] = 2, ["samples"] = counts.Samples };
            foreach ((string name, object? value) in EvaluationJson.Of(counts, figures, classes, at))
            {
                found.Add(name, value);
            }

            JsonOutput.Write(result.GetValue(json), found);
            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, "securefl evaluate --model securefl-run/model.safetensors --data held-out.csv");
    }
}
