using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Output;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Bench.Rounds.Sweeps;
using SecureFL.Bench.Rounds.Transport;

namespace SecureFL.Bench.Tests.Rounds;

/// <summary>One real run of all arms, small, shared by the tests that look at what comes out.</summary>
internal static class SmallRun
{
    private static readonly Lazy<Task<RoundsOutcome>> Run = new(MeasureAsync);

    internal static RoundsSettings Settings(long parameters, params IRoundArm[] arms) => new()
    {
        Model = parameters.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Shape = new RoundShape(parameters, Clients: 4, Bits: 16, Clip: 1f, KeyHolders: 3, Threshold: 2),
        Arms = arms.Length > 0 ? arms : ArmCatalogue.All,
        Repeat = 2,
        CompileFirst = false,
        WarmUp = 0,
        RoleMemory = false,
        Link = new LinkSpec(1000, TimeSpan.FromMilliseconds(1), Loss: 0),
    };

    internal static Task<RoundsOutcome> OutcomeAsync() => Run.Value;

    private static async Task<RoundsOutcome> MeasureAsync()
    {
        RoundsSettings settings = Settings(20_000);
        RoundsOutcome outcome = await new RoundsRun(settings, _ => { }).RunAsync();
        outcome = await new SweepRun(settings, SweepPlan.Tiny, _ => { }).ExtendAsync(outcome);
        // Roles are processes of the benchmark's own executable, which a test host is not.
        return outcome with
        {
            MemorySweep =
                    [
                        .. outcome.Arms
                            .SelectMany(
                                arm => new[] { 4, 16, 64 }.Select(
                                    clients => new MemoryPoint(arm.Arm, 1_000_000, clients,
                                        arm.PeakRssBytes + (clients * 1000))))]
        };
    }
}
