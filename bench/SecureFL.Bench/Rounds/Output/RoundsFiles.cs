using System.Globalization;
using System.Reflection;
using System.Text.Json;
using SecureFL.Bench.Measurement;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Output;

/// <summary>JSON and CSV of a run.</summary>
internal static class RoundsFiles
{
    private static readonly JsonSerializerOptions Options = new()
    { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    internal static void WriteJson(FileInfo file, RoundsOutcome outcome)
    {
        file.Directory?.Create();
        File.WriteAllText(file.FullName, JsonSerializer.Serialize(
            new
            {
                Schema = 1,
                Machine = Machine.Here,
                outcome.Settings.Model,
                outcome.Arms,
                Samples = outcome.Samples.Select(Sample),
                outcome.SizeSweep,
                outcome.ClientSweep,
                outcome.MemorySweep,
                Scaling = outcome.Verdicts,
            },
            Options));
    }

    /// <summary>One line an arm, the same columns as the JSON's arms.</summary>
    internal static void WriteCsv(FileInfo file, RoundsOutcome outcome)
    {
        file.Directory?.Create();
        PropertyInfo[] columns = typeof(ArmFigures).GetProperties();
        IEnumerable<string> lines =
        [
            string.Join(',', columns.Select(column => JsonNamingPolicy.CamelCase.ConvertName(column.Name))),
            .. outcome.Arms.Select(arm => string.Join(',', columns.Select(column => Cell(column.GetValue(arm))))),
        ];
        File.WriteAllText(file.FullName, string.Join('\n', lines) + "\n");
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        string text when text.AsSpan()
            .IndexOfAny(',', '"', '\n') >= 0 => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static object Sample(RoundSample sample) => new
    {
        sample.Arm,
        sample.Repetition,
        sample.CpuSeconds,
        sample.EncryptCpuSeconds,
        sample.WallSeconds,
        sample.PeakRssBytes,
        StageCpuSeconds = Enum.GetValues<Stage>()
        .ToDictionary(stage => JsonNamingPolicy.CamelCase.ConvertName(stage.ToString()),
            stage => sample.StageCpuSeconds[(int)stage]),
    };
}
