using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Inputs;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Bench.Rounds.Transport;

namespace SecureFL.Bench.Rounds.Running;

/// <summary>
/// Rounds by the clock with every client on an emulated line of its own, all at once, connecting included. The clients
/// hold the same vector, so that many fit into memory; the time does not depend on values. The key holders' exchanges
/// are added by arithmetic: round trips, and their bytes at the line's rate.
/// </summary>
internal static class WanRounds
{
    internal static async Task RunAsync(List<ArmRun> runs, RoundsSettings settings, Action<string> progress)
    {
        LinkSpec spec = settings.Link!;
        foreach (ArmRun run in runs)
        {
            RoundShape shape = run.Shape with { Clients = Math.Min(run.Shape.Clients, settings.LinkClients) };
            using IArmSession session = run.Arm.CreateSession(shape);
            run.WanClients = shape.Clients;
            for (int repetition = 0; repetition < settings.LinkRepeat; repetition++)
            {
                progress(
                    $"{run.Arm.Name}: {shape.Clients} clients on lines of {spec.MegabitsPerSecond} Mbit/s, "
                    + $"{spec.Delay.TotalMilliseconds} ms each way");
                await using GrpcTransport transport = await GrpcTransport.StartAsync(spec).ConfigureAwait(false);
                run.WanSeconds.Add(await RoundAsync(session, shape, transport, spec, settings.Seed)
                    .ConfigureAwait(false));
            }
        }
    }

    private static async Task<double> RoundAsync(IArmSession session, RoundShape shape, GrpcTransport transport,
        LinkSpec spec, ulong seed)
    {
        float[] vector = new float[shape.Parameters];
        new RoundInputs(shape.Parameters, shape.Clip, seed).Load(0, 0, vector);
        StageMeter meter = new();
        PeakMemory.Reset();
        long start = StageMeter.WallNow();
        using IArmRound round = session.OpenRound(meter);
        await Task.WhenAll(Enumerable.Range(0, shape.Clients)
            .Select(client => Task.Run(() => transport.UploadAsync(round, client, vector, meter))))
            .ConfigureAwait(false);
        round.Open(meter);
        double seconds = (StageMeter.WallNow() - start) * 1e-9;
        RequireMeans(round.Means.Span, vector, shape);
        (long received, long sent) = round.KeyHolderBytes;
        return seconds + (round.KeyHolderRoundTrips * 2 * spec.Delay.TotalSeconds)
            + ((received + sent) * 8 / (spec.MegabitsPerSecond * 1e6));
    }

    /// <summary>
    /// The mean of equal vectors is the vector, to within a quantisation step or the error of an approximate scheme.
    /// </summary>
    private static void RequireMeans(ReadOnlySpan<float> means, ReadOnlySpan<float> vector, RoundShape shape)
    {
        double tolerance = shape.Clip * ((1.0 / ((1 << (shape.Bits - 1)) - 1)) + 1e-4);
        for (int i = 0; i < means.Length; i++)
        {
            if (!(Math.Abs(means[i] - vector[i]) <= tolerance))
            {
                throw new InvalidOperationException(
                    $"value {i} of the mean is {means[i]}, every client sent {vector[i]}");
            }
        }
    }
}
