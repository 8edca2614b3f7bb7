using SecureFL.Cli.Demo;

namespace SecureFL.Processes.Tests;

/// <summary>The joint-key suite as processes over mutual TLS, undisturbed and with every party killed once.</summary>
public sealed class JointKeyRunTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Category", "Slow")]
    public async Task All_clients_end_with_the_weights_of_training_in_the_clear(bool kill)
    {
        const int Rounds = 3;
        using Federation federation = new(Rounds, roundsPerKey: 2);
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }

        float[] clear = await federation.TrainInTheClearAsync();
        if (kill)
        {
            foreach (LocalProcess process in (LocalProcess[])[federation.Parties.Server, .. federation.Parties.Holders])
            {
                await Task.Delay(TimeSpan.FromMilliseconds(700), TestContext.Current.CancellationToken);
                process.Kill();
                process.Start();
            }
        }

        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(2));
        federation.AssertEndedWith(clear, Rounds + 1);
    }
}
