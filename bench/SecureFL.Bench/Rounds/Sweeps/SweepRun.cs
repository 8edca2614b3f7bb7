using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Inputs;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Bench.Rounds.Output;
using SecureFL.Bench.Rounds.Roles;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Bench.Rounds.Transport;

namespace SecureFL.Bench.Rounds.Sweeps;

/// <summary>Measures the points of the report's curves, arms in turn at every point. Arms that are too slow for a size are left out of it.</summary>
internal sealed class SweepRun(RoundsSettings settings, SweepPlan plan, Action<string> progress)
{
    internal async Task<RoundsOutcome> ExtendAsync(RoundsOutcome outcome)
    {
        await using IRoundTransport transport = settings.OverGrpc ? await GrpcTransport.StartAsync().ConfigureAwait(false) : new InProcessTransport();
        List<SweepPoint> sizes = [];
        foreach (long size in plan.Sizes.Where(Fits))
        {
            sizes.AddRange(await PointsAsync(settings.Shape with { Parameters = size, Clients = SweepPlan.ClientsOfSizes, MaxClients = SweepPlan.ClientsOfSizes }, transport).ConfigureAwait(false));
        }

        List<SweepPoint> clients = [];
        foreach (int count in plan.ClientCounts)
        {
            clients.AddRange(await PointsAsync(settings.Shape with { Parameters = SweepPlan.ParametersOfClients, Clients = count, MaxClients = count }, transport).ConfigureAwait(false));
        }

        return outcome with { SizeSweep = sizes, ClientSweep = clients, MemorySweep = settings.RoleMemory ? Memory() : [] };
    }

    // Inputs, sums of floats and integers, ciphertext sums and one upload: about 24 bytes a parameter in this process.
    private static bool Fits(long parameters) => parameters * 24 < GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    private async Task<List<SweepPoint>> PointsAsync(RoundShape shape, IRoundTransport transport)
    {
        progress($"curves: {shape.Parameters} parameters, {shape.Clients} clients");
        RoundInputs inputs = new(shape.Parameters, shape.Clip, settings.Seed);
        List<ArmRun> runs = [.. settings.Arms.Where(arm => arm.MostParameters >= shape.Parameters && arm.MostClients >= shape.Clients).Select(arm => new ArmRun(arm, shape))];
        int rounds = SweepPlan.RoundsOf(shape.Parameters * shape.Clients);
        try
        {
            for (int repetition = -1; repetition < rounds; repetition++)
            {
                foreach (ArmRun run in runs)
                {
                    RoundSample sample = await RoundRunner.RunAsync(run.Arm, run.Session, shape, inputs, transport, threads: 1, repetition, keepMemory: true).ConfigureAwait(false);
                    if (sample.Verdict is { HasIntegers: true, SumIsExact: false })
                    {
                        throw new InvalidOperationException($"{run.Arm.Name}: the sum of {shape.Parameters} parameters and {shape.Clients} clients is wrong");
                    }

                    if (repetition >= 0)
                    {
                        run.Samples.Add(sample);
                    }
                }
            }

            return [.. runs.Select(run => Point(run, settings))];
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
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
            RoundShape shape = settings.Shape with { Parameters = SweepPlan.ParametersOfMemory, Clients = count, MaxClients = count };
            points.AddRange(settings.Arms
                .Where(arm => arm.MostParameters >= shape.Parameters)
                .Select(arm => new MemoryPoint(arm.Name, shape.Parameters, count, RoleProcess.Peak(arm, shape, Role.Server))));
        }

        return points;
    }
}
