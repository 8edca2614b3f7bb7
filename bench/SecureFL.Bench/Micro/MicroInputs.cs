using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Bench.Micro;

/// <summary>
/// What the micro benches share: the set of the hot path (100 clients, 16 bits, ten million parameters) and the vector
/// widths of this processor.
/// </summary>
internal static class MicroInputs
{
    internal static AggregationParameters Parameters { get; } =
        AggregationPlanner.Plan(new PlanningRequest(10_000_000, 16, 1f, 100, KeyHolders: 3));

    internal static byte[] Key => [.. Enumerable.Range(0, 32).Select(i => (byte)(7 * i))];

    internal static IEnumerable<int> Widths =>
        Enum.GetValues<VectorWidth>().Where(VectorWidths.IsSupported).Select(width => (int)width);

    internal static ulong[] Residues()
    {
        Random random = new(1);
        int degree = Parameters.RingDegree;
        return [.. Enumerable.Range(0, degree * Parameters.Primes.Length)
            .Select(i => (ulong)random.NextInt64((long)Parameters.Primes[i / degree]))];
    }

    internal static float[] Floats(int count)
    {
        Random random = new(2);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
