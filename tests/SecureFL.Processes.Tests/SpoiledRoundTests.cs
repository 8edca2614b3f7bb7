using SecureFL.Cli.Demo;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Transport.Contracts;

namespace SecureFL.Processes.Tests;

/// <summary>A round whose sum is useless is nothing that a client passes over in silence.</summary>
public sealed class SpoiledRoundTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Clients_of_a_session_that_could_not_go_on_say_so_and_leave_the_last_good_model()
    {
        using Federation federation = new(rounds: 2, WithoutPreparation);
        LocalProcess late = federation.Parties.Clients[^1];
        foreach (LocalProcess process in federation.Parties.All.Where(process => process != late))
        {
            process.Start();
        }

        await Waiting.ForStatusAsync(federation,
            status => status.Current is { Round: 0, Phase: RoundPhase.Collecting, Contributions: 3 });
        string state = Path.Combine(federation.Consortium.StateOf(DemoConsortium.ServerName), "rounds");
        string[] chunks = [.. Directory.GetFiles(state, "client-*.bin", SearchOption.AllDirectories).Order()];
        File.Copy(chunks[1], chunks[0], overwrite: true);
        late.Start();
        foreach (LocalProcess client in federation.Parties.Clients)
        {
            (int code, string words) = await Waiting.ForEndAsync(client);
            Assert.True(code == 5, $"{client.Name} ended with code {code}: {words}");
            Assert.Contains("securefl: the session ended before its training did: round 0 was spoiled (", words,
                StringComparison.Ordinal);
            Assert.Contains("hint: " + client.Name, words, StringComparison.Ordinal);
            Assert.True(File.Exists(federation.Parties.ModelOf(client.Name)));
        }

        StatusReply status = await Waiting.ForStatusAsync(federation,
            status => status.Current.Phase == RoundPhase.Ended);
        Assert.Equal(RoundPhase.Spoiled, status.Recent[^1].Outcome);
    }

    // Round 0 is one of training.
    private static TrainingTerms WithoutPreparation(TrainingTerms terms)
    {
        int inputs = terms.Model.Inputs;
        FeatureScaling given = FeatureScaling.Declared(new double[inputs], [.. Enumerable.Repeat(100.0, inputs)]);
        return terms with
        {
            WeightUnit = 250,
            Clips = [2],
            Data = terms.Data with { Scaling = ScalingKind.Fixed, FixedScaling = given }
        };
    }
}
