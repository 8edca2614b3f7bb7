using System.Globalization;
using SecureFL.Reports.Axes;
using SecureFL.Reports.Charts;

namespace SecureFL.Bench.Rounds.Output.Page;

/// <summary>CPU by stage, one bar an arm. Where one arm dwarfs the others a second chart leaves it out.</summary>
internal static class StageCharts
{
    private const double Dwarfing = 4;

    internal static IEnumerable<string> Of(IReadOnlyList<ArmFigures> arms)
    {
        yield return Draw("Processor time by stage", arms);
        ArmFigures[] small =
            [
                .. arms.Where(arm => arm.CpuNanosecondsPerParameterAndClient * Dwarfing
                    < arms.Max(other => other.CpuNanosecondsPerParameterAndClient))];
        if (small.Length > 1 && small.Length < arms.Count)
        {
            string left = string.Join(", ", arms.Except(small).Select(arm => arm.Arm));
            yield return Draw($"The same without {left}", small);
        }

        ArmFigures[] wide = [.. arms.Where(arm => arm.WanWallSeconds is not null)];
        if (wide.Length > 0)
        {
            ArmFigures first = wide[0];
            yield return DrawWan(
                string.Create(CultureInfo.InvariantCulture,
                    $"Wall time over lines of {first.WanMegabitsPerSecond:0.#} Mbit/s, "
                    + $"{first.WanDelayMilliseconds:0.#} ms each way"), wide);
            ArmFigures[] quick = [.. wide.Where(arm => Wan(arm) * Dwarfing < wide.Max(Wan))];
            if (quick.Length > 1 && quick.Length < wide.Length)
            {
                yield return
                    DrawWan($"The same without {string.Join(", ", wide.Except(quick).Select(arm => arm.Arm))}", quick);
            }
        }
    }

    private static string Draw(string title, IReadOnlyList<ArmFigures> arms) => RowChart.Stacked(
        title, "CPU nanoseconds by parameter and client", ArmColors.Stages, [.. arms.Select(Row)], Number, Fewer(arms));

    private static string DrawWan(string title, IReadOnlyList<ArmFigures> arms) => RowChart.Stacked(
        title, "wall seconds of a round by million parameters", [("wall time", Chart.Palette[0])],
        [.. arms.Select(WanRow)], Number, Fewer(arms));

    // What the bars of arms that ran less than was asked for stand for.
    private static string Fewer(IReadOnlyList<ArmFigures> arms)
    {
        ArmFigures[] fewer =
            [
                .. arms.Where(arm => arm.MeasuredParameters < arm.RequestedParameters
                    || arm.MeasuredClients < arm.RequestedClients)];
        return fewer.Length == 0
            ? ""
            : $"Measured with less than was asked for: "
            + $"{string.Join(", ", fewer.Select(arm => string.Create(CultureInfo.InvariantCulture, $"{arm.Arm} {arm.MeasuredParameters:N0} parameters, {arm.MeasuredClients} clients")))}.";
    }

    private static Row Row(ArmFigures arm)
    {
        double scale = 1e9 / arm.MeasuredParameters / arm.MeasuredClients;
        double[] parts =
        [
            arm.QuantiseCpuSeconds, arm.EncryptOnlyCpuSeconds, arm.HashCpuSeconds, arm.UploadCpuSeconds,
            arm.AddCpuSeconds, arm.KeyHoldersCpuSeconds, arm.OpenCpuSeconds,
        ];
        return new Row(arm.Arm, [.. parts.Select(part => part * scale)],
            $"{Number(arm.CpuNanosecondsPerParameterAndClient)} ns");
    }

    private static Row WanRow(ArmFigures arm)
    {
        double seconds = Wan(arm);
        return new Row(arm.Arm, [seconds], $"{Number(seconds)} s");
    }

    private static double Wan(ArmFigures arm) => arm.WanWallSeconds!.Value * 1e6 / arm.MeasuredParameters;

    private static string Number(double value) => value switch
    {
        >= 10_000 or (< 0.01 and > 0) =>
            AxisFormat.Compact(
                double.Parse(value.ToString("E2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)),
        _ => value.ToString(value >= 100 ? "0" : value >= 1 ? "0.#" : "0.##", CultureInfo.InvariantCulture),
    };
}
