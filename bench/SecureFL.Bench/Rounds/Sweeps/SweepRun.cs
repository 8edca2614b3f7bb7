using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Inputs;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Bench.Rounds.Output;
using SecureFL.Bench.Rounds.Roles;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Bench.Rounds.Transport;

namespace SecureFL.Bench.Rounds.Sweeps;

/// <summary>
/// Measures the points of the report's curves, arms in turn at every point. Arms that are too slow for a size are left
/// out of it.
/// </summary>
internal sealed class SweepRun(RoundsSettings settings, SweepPlan plan, Action<string> progress)
{
    internal async Task<RoundsOutcome> ExtendAsync(RoundsOutcome outcome)
    {
        await using IRoundTransport transport = settings.OverGrpc
            ? await GrpcTransport.StartAsync().ConfigureAwait(false) : new InProcessTransport();
        List<SweepPoint> sizes = await PointsAsync(
            [
                .. plan.Sizes.Where(Fits).Select(
                    size => settings.Shape with { Parameters = size, Clients = plan.ClientsOfSizes,
                        MaxClients = plan.ClientsOfSizes })],
            transport).ConfigureAwait(false);
        List<SweepPoint> clients = await PointsAsync(
            [
                .. plan.ClientCounts
                    .Select(
                        count => settings.Shape with { Parameters = SweepPlan.ParametersOfClients, Clients = count,
                            MaxClients = plan.ClientCounts.Max() })],
            transport).ConfigureAwait(false);
        return outcome with
        {
            SizeSweep = sizes,
            ClientSweep = clients,
            MemorySweep = settings.RoleMemory ? Memory() : []
        };
    }

    // Inputs, sums of floats and integers, ciphertext sums and one upload: about 24 bytes a parameter in this process.
    private static bool Fits(long parameters) => parameters * 24 < GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    // All points in turn, so that a machine which changes its speed does so for all of them.
    private async Task<List<SweepPoint>> PointsAsync(List<RoundShape> shapes, IRoundTransport transport)
    {
        List<ArmRun> runs =
        [
            .. shapes.SelectMany(
                shape =>
                    settings.Arms
                    .Where(arm => arm.MostParameters >= shape.Parameters && arm.MostClients >= shape.Clients)
                    .Select(arm => new ArmRun(arm, shape))),
        ];
        try
        {
            for (int repetition = -1; runs.Any(run => repetition < RoundsOf(run.Shape)); repetition++)
            {
                foreach (ArmRun run in runs.Where(run => repetition < RoundsOf(run.Shape)))
                {
                    await MeasureAsync(run, transport, repetition).ConfigureAwait(false);
                }
            }

            return [.. runs.Select(run => Point(run, settings))];
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
        }
    }

    private int RoundsOf(RoundShape shape) => plan.RoundsOf(shape.Parameters * shape.Clients);

    private async Task MeasureAsync(ArmRun run, IRoundTransport transport, int repetition)
    {
        RoundShape shape = run.Shape;
        progress(
            $"curves: {shape.Parameters} parameters, {shape.Clients} clients, {run.Arm.Name}, "
            + $"{(repetition < 0 ? "warm-up" : $"round {repetition + 1} of {RoundsOf(shape)}")}");
        RoundInputs inputs = new(shape.Parameters, shape.Clip, settings.Seed);
        RoundSample sample = await RoundRunner.RunAsync(run.Arm, run.Session, shape, inputs, transport, threads: 1,
            repetition, keepMemory: true).ConfigureAwait(false);
        if (sample.Verdict is { HasIntegers: true, SumIsExact: false })
        {
            throw new InvalidOperationException(
                $"{run.Arm.Name}: the sum of {shape.Parameters} parameters and {shape.Clients} clients is wrong");
        }

        if (repetition >= 0)
        {
            run.Samples.Add(sample);
        }
    }

    private static SweepPoint Point(ArmRun run, RoundsSettings settings)
    {
        ArmFigures figures = ArmSummary.Of(run, settings, "");
        return new SweepPoint(
            run.Arm.Name,
            run.Shape.Parameters,
            run.Shape.Clients,
            figures.Rounds,
            figures.CpuSeconds,
            figures.EncryptCpuSeconds,
            figures.AddCpuSeconds,
            figures.KeyHoldersCpuSeconds,
            figures.CpuSpread,
            figures.KeyHolderReceivedBytes + figures.KeyHolderSentBytes,
            figures.PeakRssBytes,
            run.Session.RingDegree);
    }

    private List<MemoryPoint> Memory()
    {
        List<MemoryPoint> points = [];
        foreach (int count in plan.MemoryCounts)
        {
            progress($"curves: memory of the server, {count} clients");
            RoundShape shape = settings.Shape with
            { Parameters = SweepPlan.ParametersOfMemory, Clients = count, MaxClients = count };
            points.AddRange(settings.Arms
                .Where(arm => arm.MostParameters >= shape.Parameters)
                .Select(
                    arm => new MemoryPoint(arm.Name, shape.Parameters, count,
                        RoleProcess.Peak(arm, shape, Role.Server))));
        }

        return points;
    }
}
