using System.Globalization;
using System.Text.Json;

namespace SecureFL.Bench.Comparison;

/// <summary>One figure of one arm in two runs.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Figure">As in the JSON.</param>
/// <param name="Before">In the first file.</param>
/// <param name="After">In the second.</param>
/// <param name="Verdict">What can be said.</param>
internal sealed record Comparison(string Arm, string Figure, double? Before, double? After, Verdict Verdict);

/// <summary>What two runs allow to say about a figure.</summary>
internal enum Verdict
{
    /// <summary>Equal, or no further apart than the rounds of either run among themselves.</summary>
    Same,

    /// <summary>Smaller by more than both spreads.</summary>
    Better,

    /// <summary>Larger by more than both spreads.</summary>
    Worse,

    /// <summary>Another machine, another size, or single rounds, whose noise is unknown.</summary>
    NotComparable,
}

/// <summary>
/// Compares the arms of two JSON files of <c>rounds</c>. Times are judged by the spreads that the files state; bytes
/// exactly.
/// </summary>
internal static class Verdicts
{
    /// <summary>Noise that no spread of a few rounds shows: two runs of the same program differ by as much.</summary>
    private const double LeastNoise = 0.02;

    /// <summary>Peaks depend on when the collector ran.</summary>
    private const double MemoryNoise = 0.1;

    private static readonly string[] Sizes =
        ["measuredParameters", "measuredClients", "bits", "keyHolders", "threshold", "transport", "threads"];
    private static readonly string[] Link =
        ["wanMeasuredClients", "wanMegabitsPerSecond", "wanDelayMilliseconds", "wanLoss"];
    private static readonly (string Figure, string Spread)[] Times =
        [("cpuSeconds", "cpuSpread"), ("encryptCpuSeconds", "encryptSpread"), ("wallSeconds", "wallSpread"),
            ("wanWallSeconds", "wanSpread")];

    internal static IReadOnlyList<Comparison> Of(JsonElement before, JsonElement after)
    {
        bool machine = before.GetProperty("machine").GetRawText() == after.GetProperty("machine").GetRawText();
        Dictionary<string, JsonElement> old = before.GetProperty("arms").EnumerateArray()
            .ToDictionary(arm => arm.GetProperty("arm").GetString()!);
        List<Comparison> all = [];
        foreach (JsonElement arm in after.GetProperty("arms").EnumerateArray())
        {
            string name = arm.GetProperty("arm").GetString()!;
            if (old.TryGetValue(name, out JsonElement former))
            {
                all.AddRange(OfArm(name, former, arm, machine));
            }
        }

        return all;
    }

    /// <summary>
    /// A change of a figure with noise: the spreads of both runs, and the least noise, must be exceeded together.
    /// </summary>
    internal static Verdict Judge(double before, double? spreadBefore, double after, double? spreadAfter)
    {
        if (spreadBefore is not double a || spreadAfter is not double b)
        {
            return Verdict.NotComparable;
        }

        double change = before == after
            ? 0 : Math.Max(before, after) / Math.Max(Math.Min(before, after), double.Epsilon) - 1;
        return change <= a + b + LeastNoise ? Verdict.Same : after < before ? Verdict.Better : Verdict.Worse;
    }

    private static IEnumerable<Comparison> OfArm(string name, JsonElement before, JsonElement after, bool machine)
    {
        bool size = Same(before, after, Sizes);
        foreach ((string figure, string spread) in Times)
        {
            bool comparable = machine && size && (figure != "wanWallSeconds" || Same(before, after, Link));
            (double? b, double? a) = (Number(before, figure), Number(after, figure));
            if (b is double x && a is double y && (x > 0 || y > 0))
            {
                yield return new Comparison(name, figure, x, y,
                    comparable ? Judge(x, Number(before, spread), y, Number(after, spread)) : Verdict.NotComparable);
            }
        }

        foreach (string figure in (string[])["uploadBytesPerClient", "keyHolderReceivedBytes", "keyHolderSentBytes"])
        {
            (double x, double y) = (Number(before, figure) ?? 0, Number(after, figure) ?? 0);
            yield return new Comparison(name, figure, x, y,
                !size ? Verdict.NotComparable : y == x ? Verdict.Same : y < x ? Verdict.Better : Verdict.Worse);
        }

        (double? memoryBefore, double? memoryAfter) = (Number(before, "peakRssBytes"), Number(after, "peakRssBytes"));
        if (memoryBefore is double m && memoryAfter is double n)
        {
            yield return new Comparison(name, "peakRssBytes", m, n,
                size && machine ? Judge(m, MemoryNoise / 2, n, MemoryNoise / 2) : Verdict.NotComparable);
        }

        bool lost = before.GetProperty("sumIsExact").GetBoolean() && !after.GetProperty("sumIsExact").GetBoolean();
        yield return new Comparison(name, "sumIsExact", null, null, lost ? Verdict.Worse : Verdict.Same);
    }

    private static bool Same(JsonElement before, JsonElement after, string[] names) =>
        names.All(name => Text(before, name) == Text(after, name));

    private static string Text(JsonElement arm, string name) => arm.TryGetProperty(name, out JsonElement value)
        ? value.ToString() : "";

    private static double? Number(JsonElement arm, string name) =>
        arm.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
        ? value.GetDouble() : null;

    internal static string Line(Comparison comparison) => string.Create(
        CultureInfo.InvariantCulture,
        $"{comparison.Arm,-14}{comparison.Figure,-24}{comparison.Before,16:G6}{comparison.After,16:G6}  "
        + $"{Ratio(comparison),7}  {Words(comparison.Verdict)}");

    private static string Ratio(Comparison comparison) =>
        comparison is { Verdict: Verdict.Better or Verdict.Worse, Before: > 0, After: double after }
        ? (after / comparison.Before.Value).ToString("0.000", CultureInfo.InvariantCulture)
        : "";

    private static string Words(Verdict verdict) => verdict switch
    {
        Verdict.Same => "same, within noise",
        Verdict.Better => "better",
        Verdict.Worse => "WORSE",
        _ => "not comparable (machine, size, or a single round)",
    };
}
