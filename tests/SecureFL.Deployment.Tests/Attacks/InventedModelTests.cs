using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Protocol.Transcripts;
using SecureFL.Server.Rounds;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>Neither the rule from sum to model nor the first weights are checked by anybody but the server.</summary>
public sealed class InventedModelTests
{
    private const float Weight = 0.25f;

    [Fact]
    public async Task A_server_publishes_models_that_ignore_their_sums()
    {
        await using MaliciousServer server = await RunAsync(new InventedVersions(Weight));

        // The outcome: clients train on the invention, and take it home.
        RequireUnnoticed(server);
        Assert.All(server.Clients, client => Assert.All(client.ModelOf(1), value => Assert.Equal(Weight, value)));
        Assert.All(server.Delivered, model => Assert.All(model!, value => Assert.Equal(Weight, value)));
    }

    [Fact]
    public async Task A_server_starts_everybody_on_another_model_than_the_terms_say()
    {
        await using MaliciousServer server = await RunAsync(new ForgedStart(Weight));

        // The outcome: clients train on it.
        RequireUnnoticed(server);
        Assert.DoesNotContain(Weight, Terms.CreateBuiltInTrainer()!.CreateInitial(Terms.Seed).Values);
        Assert.All(server.Clients, client => Assert.All(client.ModelOf(0), value => Assert.Equal(Weight, value)));
    }

    private static TrainingTerms Terms => TestSession.Terms(rounds: 2);

    private static async Task<MaliciousServer> RunAsync(ITampering attack)
    {
        MaliciousServer server = new(attack, Terms);
        await server.RunAsync();
        return server;
    }

    private static void RequireUnnoticed(MaliciousServer server)
    {
        Assert.Empty(server.Refusals);
        TranscriptReport report = server.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
        Assert.All(report.Rounds, round => Assert.True(round.SumRecomputed));
    }
}
