using SecureFL.Cli.Demo;

namespace SecureFL.Processes.Tests;

/// <summary>
/// The same federation while somebody pulls plugs: a process is killed ten times and more in a run, wherever it is, and
/// started again.
/// </summary>
public sealed class KilledPartiesTests
{
    private const int Rounds = 10;
    private const int Epochs = 8;
    private static readonly int[] Hidden = [600, 200];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Category", "Slow")]
    public async Task Ten_rounds_end_with_the_same_weights_and_no_holder_answers_twice(bool errorFeedback)
    {
        (float[] undisturbed, TimeSpan duration) = await RunUndisturbedAsync(errorFeedback);
        using Federation federation = Create(errorFeedback);
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }

        // Everybody once, in some order; then whoever comes. The pace is the machine's own: eight kills take less than
        // an undisturbed run.
        Random random = new(20261121);
        LocalProcess[] all = [.. federation.Parties.All];
        Queue<LocalProcess> first = new(all.OrderBy(_ => random.Next()));
        List<string> kills = [];
        long started = TimeProvider.System.GetTimestamp();
        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(15), async () =>
        {
            await Task.Delay(duration * (0.02 + (random.NextDouble() * 0.06)), TestContext.Current.CancellationToken);
            LocalProcess victim = first.Count > 0 ? first.Dequeue() : all[random.Next(all.Length)];
            TimeSpan pause = duration * (0.003 + (random.NextDouble() * 0.03));
            if (victim.IsRunning)
            {
                victim.Kill();
                kills.Add($"{victim.Name} after {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s");
                await Task.Delay(pause, TestContext.Current.CancellationToken);
                victim.Start();
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{kills.Count} kills in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s: "
            + $"{string.Join(", ", kills)}");
        federation.Parties.Server.Stop(TimeSpan.FromSeconds(3));
        foreach (LocalProcess holder in federation.Parties.Holders)
        {
            holder.Stop(TimeSpan.FromSeconds(3));
        }

        Assert.True(
            kills.Count >= 8 && kills.Exists(
                kill => kill.StartsWith(DemoConsortium.ServerName, StringComparison.Ordinal)),
            $"too few kills to prove anything: {string.Join(", ", kills)}");
        Assert.Equal(undisturbed, federation.FinalWeights());
        federation.AssertTranscript(Rounds + 1);
        federation.AssertLedgers();
    }

    private static Federation Create(bool errorFeedback) =>
        new(Rounds, terms => terms with { ErrorFeedback = errorFeedback }, Epochs, Hidden);

    private static async Task<(float[] Weights, TimeSpan Duration)> RunUndisturbedAsync(bool errorFeedback)
    {
        using Federation federation = Create(errorFeedback);
        long started = TimeProvider.System.GetTimestamp();
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }

        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(6));
        TimeSpan duration = TimeProvider.System.GetElapsedTime(started);
        float[] clear = await federation.TrainInTheClearAsync();
        Assert.Equal(clear, federation.FinalWeights());
        return (clear, duration);
    }
}
