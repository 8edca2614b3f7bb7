using System.CommandLine;
using System.Text.Json;

namespace SecureFL.Bench.Comparison;

/// <summary><c>compare A.json B.json</c>: what changed, and what the noise does not allow to say.</summary>
internal static class CompareCommand
{
    internal static Command Create()
    {
        Argument<FileInfo> before = new("before") { Description = "JSON of rounds" };
        Argument<FileInfo> after = new("after") { Description = "JSON of rounds" };
        Option<bool> fail = new("--fail-on-worse") { Description = "exit with 1 if any figure is worse" };
        Command command = new("compare", "two runs of rounds: better, worse, or within noise") { before, after, fail };
        command.SetAction(result => Run(result.GetValue(before)!, result.GetValue(after)!, result.GetValue(fail)));
        return command;
    }

    private static int Run(FileInfo before, FileInfo after, bool fail)
    {
        IReadOnlyList<Comparison> comparisons;
        try
        {
            using JsonDocument a = JsonDocument.Parse(File.ReadAllText(before.FullName));
            using JsonDocument b = JsonDocument.Parse(File.ReadAllText(after.FullName));
            comparisons = Verdicts.Of(a.RootElement, b.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or IOException)
        {
            Console.Error.WriteLine($"compare: not two JSON files of rounds: {e.Message}");
            return 2;
        }

        foreach (Comparison comparison in comparisons)
        {
            Console.WriteLine(Verdicts.Line(comparison));
        }

        if (comparisons.Count == 0)
        {
            Console.WriteLine("the files have no arm in common");
        }

        return fail && comparisons.Any(comparison => comparison.Verdict == Verdict.Worse) ? 1 : 0;
    }
}
