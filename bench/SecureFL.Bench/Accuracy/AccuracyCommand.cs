using System.CommandLine;
using System.Globalization;
using SecureFL.Bench.Measurement;

namespace SecureFL.Bench.Accuracy;

/// <summary><c>accuracy</c>: final accuracy against bits, clip and suite, on data that the program generates.</summary>
internal static class AccuracyCommand
{
    internal static Command Create()
    {
        Option<int[]> bits = new("--bits")
        {
            Description = "bits of a quantised value, several",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [4, 5, 6, 8, 10, 12, 16]
        };
        Option<float[]> clips = new("--clips")
        {
            Description = "clips, several",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [0.0625f, 0.25f, 1f, 4f]
        };
        Option<int> seeds = new("--seeds") { Description = "runs of each point", DefaultValueFactory = _ => 3 };
        Option<int> rounds = new("--rounds") { Description = "rounds of a run", DefaultValueFactory = _ => 20 };
        Option<int> hidden = new("--hidden")
        { Description = "width of the hidden layer", DefaultValueFactory = _ => 32 };
        Option<FileInfo?> json = new("--json") { Description = "write the figures to this file" };
        Option<FileInfo?> report = new("--report") { Description = "write a page with charts to this file" };
        Command command = new("accuracy", "final accuracy against bits, clip and suite on generated data")
            { bits, clips, seeds, rounds, hidden, json, report };
        command.SetAction(async (result, _) =>
        {
            AccuracySettings settings = new(
                result.GetValue(bits)!, result.GetValue(clips)!,
                [.. Enumerable.Range(1, result.GetValue(seeds)).Select(seed => (ulong)seed)], result.GetValue(rounds),
                result.GetValue(hidden));
            IReadOnlyList<AccuracyPoint> points =
                await new AccuracyRun(settings, line => Console.Error.WriteLine($"accuracy: {line}")).RunAsync()
                .ConfigureAwait(false);
            foreach (AccuracyPoint point in points)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{point.Suite,-14}{point.Bits,3} bits  clip {point.Clip,-8}accuracy "
                    + $"{AccuracyReport.Percent(point.Accuracy),7}  ({AccuracyReport.Percent(point.Lowest)} to "
                    + $"{AccuracyReport.Percent(point.Highest)})  loss {point.Loss:0.0000}"));
            }

            BenchJson.Write(result.GetValue(json), Machine.Here, points);
            if (result.GetValue(report) is { } file)
            {
                BenchPage.Write(file, AccuracyReport.Html(points, settings));
            }

            return points.All(point => point.SumsAreExact != false) ? 0 : 5;
        });
        return command;
    }
}
