using SecureFL.Messages.Primitives;
using SecureFL.Reports.Charts;
using SecureFL.Reports.Pages;

namespace SecureFL.Bench.Rounds.Output.Page;

/// <summary>One colour for each arm and each stage in all charts.</summary>
internal static class ArmColors
{
    private static readonly string[] Known =
        [SuiteNames.OneTimeKey, "ckks-slots", "masked-int", SuiteNames.JointKey, "sealnet"];

    internal static IReadOnlyList<(string Name, string Color)> Stages { get; } =
    [
        ("quantise", Chart.Palette[5]),
        ("encrypt", Chart.Palette[1]),
        ("hash", Chart.Palette[6]),
        ("upload", Chart.Palette[0]),
        ("add", Chart.Palette[2]),
        ("key holders", Chart.Palette[3]),
        ("open", Chart.Palette[4]),
    ];

    internal static string Of(string arm)
    {
        int index = Array.IndexOf(Known, arm);
        return arm == "plaintext" ? PageStyle.Ink : index >= 0 ? Chart.Palette[index] : Chart.Palette[^1];
    }
}
