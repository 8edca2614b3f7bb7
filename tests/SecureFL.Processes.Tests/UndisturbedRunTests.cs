using SecureFL.Cli.Demo;

namespace SecureFL.Processes.Tests;

/// <summary>Eight processes over mutual TLS, and nothing goes wrong.</summary>
public sealed class UndisturbedRunTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public async Task All_clients_end_with_the_weights_of_training_in_the_clear(double averageDecay)
    {
        const int Rounds = 3;
        using Federation federation = new(Rounds, terms => terms with { AverageDecay = averageDecay });
        foreach (LocalProcess process in federation.Parties.All)
        {
            process.Start();
        }

        float[] clear = await federation.TrainInTheClearAsync();
        await Waiting.ForClientsAsync(federation, TimeSpan.FromMinutes(2));
        federation.AssertEndedWith(clear, Rounds + 1);
    }
}
