using SecureFL.Cli.Demo;
using SecureFL.Transport.Contracts;

namespace SecureFL.Processes.Tests;

/// <summary>
/// Ctrl-C in every role: a code of its own, a line that says how to go on, and the same command goes on.
/// </summary>
public sealed class InterruptTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Whoever_is_interrupted_says_so_and_goes_on_when_started_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are for other systems");
        const int Rounds = 3;
        using Federation federation = new(Rounds, epochs: 2, hidden: [64]);
        LocalProcess server = federation.Parties.Server;
        LocalProcess holder = federation.Parties.Holders[0];
        LocalProcess client = federation.Parties.Clients[0];
        LocalProcess late = federation.Parties.Clients[^1];
        foreach (LocalProcess process in federation.Parties.All.Where(process => process != late))
        {
            process.Start();
        }

        // One client is not there yet, so the round stands still while the others are interrupted in it.
        await Waiting.ForStatusAsync(federation,
            status => status.Current is { Round: 0, Phase: RoundPhase.Collecting, Contributions: 3 });
        foreach (LocalProcess interrupted in (LocalProcess[])[client, holder, server])
        {
            Signals.Interrupt(interrupted);
            (int code, string words) = await Waiting.ForEndAsync(interrupted);
            Assert.True(code == 130, $"{interrupted.Name} ended with code {code}: {words}");
            Assert.Contains("securefl: interrupted\nhint: run the same command again", words, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", words, StringComparison.Ordinal);
        }

        foreach (LocalProcess process in (LocalProcess[])[server, holder, client, late])
        {
            process.Start();
        }

        float[] clear = await federation.TrainInTheClearAsync();
        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(2));
        server.Stop(TimeSpan.FromSeconds(3));
        Assert.Equal(clear, federation.FinalWeights());
        federation.AssertTranscript(Rounds + 1);
    }
}
