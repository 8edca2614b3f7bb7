using System.CommandLine;
using System.Text.Json;

namespace SecureFL.Bench.Baselines;

/// <summary>
/// <c>baselines</c>: the figures that do not depend on the machine, for <c>bench/baselines/figures.json</c>.
/// </summary>
internal static class BaselinesCommand
{
    private static readonly JsonSerializerOptions Options = new()
    { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    internal static Command Create()
    {
        Option<FileInfo?> write = new("--write") { Description = "write them to this file instead of printing them" };
        Command command = new("baselines",
            "byte and allocation figures, the same on every machine; a test compares them with "
            + "bench/baselines/figures.json") { write };
        command.SetAction(async (result, _) =>
        {
            string text = Text(await BaselineFigures.ComputeAsync().ConfigureAwait(false));
            if (result.GetValue(write) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, text, CancellationToken.None).ConfigureAwait(false);
            }
            else
            {
                await Console.Out.WriteAsync(text).ConfigureAwait(false);
            }
        });
        return command;
    }

    internal static string Text(BaselineFigures figures) => JsonSerializer.Serialize(figures, Options) + "\n";
}
