using System.Runtime;
using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Inputs;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Bench.Rounds.Output;
using SecureFL.Bench.Rounds.Roles;
using SecureFL.Bench.Rounds.Transport;

namespace SecureFL.Bench.Rounds.Running;

/// <summary>
/// All arms of a run: small rounds to wake the compiler, whole rounds to warm up, then measured rounds in turn, so that
/// a slow minute hits all arms alike.
/// </summary>
internal sealed class RoundsRun(RoundsSettings settings, Action<string> progress)
{
    private const int SmallParameters = 200_000;

    // A method is compiled anew after 30 calls, some are called once a round; and then not at once.
    private const int FewestSmallRounds = 40;
    private const int MostSmallRounds = 400;
    private const int QuietRounds = 5;
    private const int MethodsOfQuietRound = 2;

    internal async Task<RoundsOutcome> RunAsync()
    {
        List<ArmRun> runs = [.. settings.Arms.Select(arm => new ArmRun(arm, settings.ShapeOf(arm)))];
        try
        {
            string transportName;
            await using (IRoundTransport transport = settings.OverGrpc
                ? await GrpcTransport.StartAsync().ConfigureAwait(false) : new InProcessTransport())
            {
                transportName = transport.Name;
                if (settings.CompileFirst)
                {
                    await CompileAsync(runs, transport).ConfigureAwait(false);
                }

                await MeasureAsync(runs, transport).ConfigureAwait(false);
            }

            if (settings.Link is not null && settings.OverGrpc)
            {
                await WanRounds.RunAsync(runs, settings, progress).ConfigureAwait(false);
            }

            if (settings.RoleMemory)
            {
                foreach (ArmRun run in runs)
                {
                    progress($"{run.Arm.Name}: memory of each role, in processes of their own");
                    run.RoleMemory = RoleProcess.Measure(run.Arm, run.Shape);
                }
            }

            return new RoundsOutcome(
                settings, [.. runs.Select(run => ArmSummary.Of(run, settings, transportName))],
                [.. runs.SelectMany(run => run.Samples)]);
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
        }
    }

    private async Task CompileAsync(List<ArmRun> runs, IRoundTransport transport)
    {
        RoundShape small = settings.Shape with
        {
            Parameters = Math.Min(SmallParameters, settings.Shape.Parameters),
            Clients = Math.Min(4, settings.Shape.Clients)
        };
        foreach (ArmRun run in runs)
        {
            progress($"{run.Arm.Name}: warming up");
            RoundShape shape = small with { Parameters = Math.Min(small.Parameters, run.Arm.MostParameters / 16) };
            using IArmSession session = run.Arm.CreateSession(shape);
            int quiet = 0;
            for (int i = 0; i < FewestSmallRounds || (quiet < QuietRounds && i < MostSmallRounds); i++)
            {
                long compiled = JitInfo.GetCompiledMethodCount();
                _ = await RoundRunner.RunAsync(run.Arm, session, shape,
                    new RoundInputs(shape.Parameters, shape.Clip, settings.Seed), transport, threads: 1, i)
                    .ConfigureAwait(false);
                quiet = JitInfo.GetCompiledMethodCount() - compiled <= MethodsOfQuietRound ? quiet + 1 : 0;
            }

            progress($"{run.Arm.Name}: warm");
        }
    }

    private async Task MeasureAsync(List<ArmRun> runs, IRoundTransport transport)
    {
        for (int repetition = -settings.WarmUp; repetition < settings.Repeat; repetition++)
        {
            // Another arm begins every time: whatever follows the longest arm is not always the same one.
            for (int i = 0; i < runs.Count; i++)
            {
                ArmRun run = runs[(i + repetition + settings.WarmUp) % runs.Count];
                string which = repetition < 0 ? "warm-up round" : $"round {repetition + 1} of {settings.Repeat}";
                progress($"{run.Arm.Name}: {which}, {run.Shape.Parameters} parameters, {run.Shape.Clients} clients");
                RoundInputs inputs = new(run.Shape.Parameters, run.Shape.Clip, settings.Seed);
                RoundSample sample = await RoundRunner.RunAsync(run.Arm, run.Session, run.Shape, inputs, transport,
                    settings.Threads, repetition).ConfigureAwait(false);
                if (repetition >= 0)
                {
                    run.Samples.Add(sample);
                }
            }
        }
    }
}
