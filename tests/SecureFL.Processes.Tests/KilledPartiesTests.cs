using SecureFL.Cli.Demo;

namespace SecureFL.Processes.Tests;

/// <summary>The same federation while somebody pulls plugs: a process is killed every second or so, wherever it is, and started again.</summary>
public sealed class KilledPartiesTests
{
    private const int Rounds = 10;
    private static readonly int[] Hidden = [600, 200];

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Ten_rounds_end_with_the_weights_of_the_undisturbed_run_and_no_holder_answers_twice()
    {
        float[] undisturbed = await RunUndisturbedAsync();
        using Federation federation = new(Rounds, Hidden);
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }

        // Everybody once, in some order; then whoever comes.
        Random random = new(20261121);
        LocalProcess[] all = [.. federation.Parties.All];
        Queue<LocalProcess> first = new(all.OrderBy(_ => random.Next()));
        Dictionary<string, int> kills = [];
        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(6), async () =>
        {
            await Task.Delay(random.Next(600, 2200), TestContext.Current.CancellationToken);
            LocalProcess victim = first.Count > 0 ? first.Dequeue() : all[random.Next(all.Length)];
            int pause = random.Next(100, 1200);
            if (victim.IsRunning)
            {
                victim.Kill();
                kills[victim.Name] = kills.GetValueOrDefault(victim.Name) + 1;
                await Task.Delay(pause, TestContext.Current.CancellationToken);
                victim.Start();
            }
        });
        federation.Parties.Server.Stop(TimeSpan.FromSeconds(3));
        foreach (LocalProcess holder in federation.Parties.Holders)
        {
            holder.Stop(TimeSpan.FromSeconds(3));
        }

        string killed = string.Join(", ", kills.Select(pair => $"{pair.Key} {pair.Value}"));
        TestContext.Current.SendDiagnosticMessage("killed: " + killed);
        Assert.True(kills.Values.Sum() >= 8 && kills.ContainsKey(LocalConsortium.ServerName), $"too few kills to prove anything: {killed}");
        Assert.Equal(undisturbed, federation.FinalWeights());
        federation.AssertTranscript(Rounds + 1);
        federation.AssertLedgers();
    }

    private static async Task<float[]> RunUndisturbedAsync()
    {
        using Federation federation = new(Rounds, Hidden);
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }

        float[] clear = await federation.TrainInTheClearAsync();
        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(3));
        Assert.Equal(clear, federation.FinalWeights());
        return clear;
    }
}
