using System.Globalization;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Encoding.Planning;
using SecureFL.Reports;

namespace SecureFL.Bench.Rounds.Output.Page;

/// <summary>Bytes by parameter as the planner makes them: facts of the format, not measurements. The floor is what any exact sum needs.</summary>
internal static class SizeCharts
{
    private const long Parameters = 10_000_000;
    private static readonly int[] ClientCounts = [4, 6, 10, 16, 25, 40, 63, 100, 160, 250, 400, 630, 1000];
    private static readonly int[] BitCounts = [.. Enumerable.Range(4, 21)];

    internal static string BytesAgainstClients(RoundsSettings settings)
    {
        int bits = settings.Shape.Bits;
        return Chart.Lines(
            $"Upload against clients, {bits} bits, 10 million parameters",
            new AxisSpec("clients in a sum", Whole, Logarithmic: true),
            Bytes,
            [
                Curve("one-time-key", ClientCounts, n => OneTimeKey(n, bits, settings.Shape.KeyHolders)),
                Floor(ClientCounts, n => ArmSummary.FloorBytes(n, bits)),
                .. Others(ClientCounts),
            ]);
    }

    internal static string BytesAgainstBits(RoundsSettings settings)
    {
        int clients = settings.Shape.Clients;
        return Chart.Lines(
            $"Upload against bits, {clients} clients, 10 million parameters",
            new AxisSpec("bits of a quantised value", Whole, Whole: true),
            Bytes,
            [
                Curve("one-time-key", BitCounts, b => OneTimeKey(clients, b, settings.Shape.KeyHolders)),
                Floor(BitCounts, b => ArmSummary.FloorBytes(clients, b)),
                .. Others(BitCounts),
            ]);
    }

    /// <summary>Ciphertext bytes by parameter; NaN where no ring holds the sum.</summary>
    internal static double OneTimeKey(int clients, int bits, int keyHolders)
    {
        try
        {
            AggregationParameters plan = AggregationPlanner.Plan(new PlanningRequest(Parameters, bits, Clip: 1f, clients, KeyHolders: keyHolders));
            return (plan.CiphertextBytes + ((double)keyHolders * AggregationPlanner.ShareBytes(plan.RingDegree))) / Parameters;
        }
        catch (PlanningException)
        {
            return double.NaN;
        }
    }

    private static AxisSpec Bytes { get; } = new("bytes by parameter", value => value.ToString("0.#", CultureInfo.InvariantCulture), FromZero: true);

    private static Series Curve(string arm, int[] at, Func<int, double> bytes) => new(arm, ArmColors.Of(arm), [.. at.Select(x => ((double)x, bytes(x)))], IsMain: true);

    private static Series Floor(int[] at, Func<int, double> bytes) =>
        new("information floor of an exact sum", Chart.Palette[6], [.. at.Select(x => ((double)x, bytes(x)))], Dashed: true);

    // 8192 {60, 40, 40} in slots takes 64 bytes: it would hide all others on this scale, so the legend says it.
    private static Series[] Others(int[] at) =>
    [
        new("float32, plaintext", ArmColors.Of("plaintext"), [(at[0], 4), (at[^1], 4)]),
        new("64-bit words, masked-int", ArmColors.Of("masked-int"), [(at[0], 8), (at[^1], 8)]),
        new("ckks-slots: 64, not drawn", ArmColors.Of("ckks-slots"), []),
    ];

    private static string Whole(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
