using System.Globalization;
using SecureFL.Reports;

namespace SecureFL.Bench.Rounds.Output.Page;

/// <summary>CPU by stage, one bar an arm. Where one arm dwarfs the others a second chart leaves it out.</summary>
internal static class StageCharts
{
    private const double Dwarfing = 4;

    internal static IEnumerable<string> Of(IReadOnlyList<ArmFigures> arms)
    {
        yield return Draw("Processor time by stage", arms);
        ArmFigures[] small = [.. arms.Where(arm => arm.CpuNanosecondsPerParameterAndClient * Dwarfing < arms.Max(other => other.CpuNanosecondsPerParameterAndClient))];
        if (small.Length > 1 && small.Length < arms.Count)
        {
            string left = string.Join(", ", arms.Except(small).Select(arm => arm.Arm));
            yield return Draw($"The same without {left}", small);
        }

        Row[] wide = [.. arms.Where(arm => arm.WanWallSeconds is not null).Select(arm => WanRow(arm))];
        if (wide.Length > 0)
        {
            ArmFigures first = arms.First(arm => arm.WanWallSeconds is not null);
            yield return RowChart.Stacked(
                string.Create(CultureInfo.InvariantCulture, $"A round by the clock, every client on a line of {first.WanMegabitsPerSecond:0.#} Mbit/s with {first.WanDelayMilliseconds:0.#} ms"),
                "seconds by million parameters",
                [("wall time", Chart.Palette[0])],
                wide,
                Number);
        }
    }

    private static string Draw(string title, IReadOnlyList<ArmFigures> arms) => RowChart.Stacked(
        title, "nanoseconds by parameter and client", ArmColors.Stages, [.. arms.Select(Row)], Number);

    private static Row Row(ArmFigures arm)
    {
        double scale = 1e9 / arm.MeasuredParameters / arm.MeasuredClients;
        double[] parts =
        [
            arm.QuantiseCpuSeconds, arm.EncryptOnlyCpuSeconds, arm.HashCpuSeconds, arm.UploadCpuSeconds, arm.AddCpuSeconds, arm.KeyHoldersCpuSeconds, arm.OpenCpuSeconds,
        ];
        return new Row(arm.Arm, [.. parts.Select(part => part * scale)], $"{Number(arm.CpuNanosecondsPerParameterAndClient)} ns");
    }

    private static Row WanRow(ArmFigures arm)
    {
        double seconds = arm.WanWallSeconds!.Value * 1e6 / arm.MeasuredParameters;
        return new Row(arm.Arm, [seconds], $"{Number(seconds)} s");
    }

    private static string Number(double value) => value switch
    {
        >= 10_000 or (< 0.01 and > 0) => AxisFormat.Compact(double.Parse(value.ToString("E2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)),
        _ => value.ToString(value >= 100 ? "0" : value >= 1 ? "0.#" : "0.##", CultureInfo.InvariantCulture),
    };
}
