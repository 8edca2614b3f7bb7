using System.Globalization;
using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Messages.Primitives;
using SecureFL.Reports.Charts;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Bench.Rounds.Output.Page;

/// <summary>
/// Bytes by parameter as the planner makes them: facts of the format, not measurements. The floor is what any exact sum
/// needs.
/// </summary>
internal static class SizeCharts
{
    private const long Parameters = 10_000_000;
    private const int RoundsPerKey = 1000;
    private const string OffScale =
        "By the planner and the formats, key shares included. ckks-slots takes 64 bytes by parameter at any number "
        + "of clients or bits: off this scale.";
    private static readonly int[] ClientCounts = [4, 6, 10, 16, 25, 40, 63, 100, 160, 250, 400, 630, 1000];
    private static readonly int[] BitCounts = [.. Enumerable.Range(4, 21)];

    internal static string BytesAgainstClients(RoundsSettings settings)
    {
        int bits = settings.Shape.Bits;
        return Chart.Lines(
            $"Upload against clients, {bits} bits, 10 million parameters",
            new AxisSpec("clients in a sum, logarithmic", Whole, Logarithmic: true),
            Bytes,
            [
                Curve(SuiteNames.OneTimeKey, ClientCounts, n => OneTimeKey(n, bits, settings.Shape.KeyHolders),
                    isMain: true),
                Curve(SuiteNames.JointKey, ClientCounts, n => JointKey(n, bits, settings.Shape)),
                Floor(ClientCounts, n => ArmSummary.FloorBytes(n, bits)),
                .. Others(ClientCounts),
            ],
            OffScale);
    }

    internal static string BytesAgainstBits(RoundsSettings settings)
    {
        int clients = settings.Shape.Clients;
        return Chart.Lines(
            $"Upload against bits, {clients} clients, 10 million parameters",
            new AxisSpec("bits of a quantised value", Whole, Whole: true),
            Bytes,
            [
                Curve(SuiteNames.OneTimeKey, BitCounts, b => OneTimeKey(clients, b, settings.Shape.KeyHolders),
                    isMain: true),
                Curve(SuiteNames.JointKey, BitCounts, b => JointKey(clients, b, settings.Shape)),
                Floor(BitCounts, b => ArmSummary.FloorBytes(clients, b)),
                .. Others(BitCounts),
            ],
            OffScale);
    }

    /// <summary>Ciphertext bytes by parameter; NaN where no ring holds the sum.</summary>
    internal static double OneTimeKey(int clients, int bits, int keyHolders)
    {
        try
        {
            AggregationParameters plan = AggregationPlanner.Plan(
                new PlanningRequest(Parameters, bits, Clip: 1f, clients, KeyHolders: keyHolders));
            return (plan.CiphertextBytes + ((double)keyHolders * AggregationPlanner.ShareBytes(plan.RingDegree)))
                / Parameters;
        }
        catch (PlanningException)
        {
            return double.NaN;
        }
    }

    /// <summary>Ciphertext bytes by parameter, both halves; NaN where no ring holds the sum.</summary>
    internal static double JointKey(int clients, int bits, RoundShape shape)
    {
        try
        {
            JointKeyRequest holders = new(shape.KeyHolders, shape.Threshold, RoundsPerKey);
            return (double)AggregationPlanner.Plan(
                new PlanningRequest(Parameters, bits, Clip: 1f, clients, KeyHolders: shape.KeyHolders,
                    JointKey: holders)).CiphertextBytes / Parameters;
        }
        catch (PlanningException)
        {
            return double.NaN;
        }
    }

    private static AxisSpec Bytes { get; } =
        new("bytes by parameter", value => value.ToString("0.#", CultureInfo.InvariantCulture), FromZero: true);

    private static Series Curve(string arm, int[] at, Func<int, double> bytes, bool isMain = false) =>
        new(arm, ArmColors.Of(arm), [.. at.Select(x => ((double)x, bytes(x)))], IsMain: isMain);

    private static Series Floor(int[] at, Func<int, double> bytes) =>
        new("information floor of an exact sum: log2 of its values", Chart.Palette[6],
            [.. at.Select(x => ((double)x, bytes(x)))], Dashed: true);

    private static Series[] Others(int[] at) =>
    [
        new("float32, plaintext", ArmColors.Of("plaintext"), [(at[0], 4), (at[^1], 4)]),
        new("64-bit words, masked-int", ArmColors.Of("masked-int"), [(at[0], 8), (at[^1], 8)]),
    ];

    private static string Whole(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
