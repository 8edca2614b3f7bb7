using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Transcripts;
using SecureFL.Rlwe.Planning;
using SecureFL.Server.Rounds;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// Clients make the first weights by the terms and every further version by the rule from sum to model: a server that
/// invents either is found out before anybody trains on it (attack B4).
/// </summary>
public sealed class InventedModelTests
{
    private const float Weight = 0.25f;

    [Fact]
    public async Task A_model_that_ignores_its_sum_is_refused_by_the_clients_with_214_before_they_train_on_it()
    {
        await using MaliciousServer server = await RunAsync(new InventedVersions(Weight));

        RequireRefused(server);
        Assert.All(server.Clients, client => Assert.Equal([0UL], client.Promised));
    }

    [Fact]
    public async Task Another_start_than_the_terms_say_is_refused_by_the_clients_with_214_before_the_first_round()
    {
        await using MaliciousServer server = await RunAsync(new ForgedStart(Weight));

        RequireRefused(server);
        Assert.DoesNotContain(Weight, Terms.CreateBuiltInTrainer()!.CreateInitial(Terms.Seed).Values);
        Assert.All(server.Clients, client => Assert.Empty(client.Promised));
    }

    /// <summary>SECURITY.md says that B4 is open in this suite.</summary>
    [Fact]
    public async Task Under_the_joint_key_suite_a_server_still_publishes_models_that_ignore_their_sums()
    {
        await using MaliciousServer server =
            await RunAsync(new InventedVersions(Weight), new JointKeyRequest(3, 2, 100));

        // The outcome: clients train on the invention, and take it home.
        Assert.Empty(server.Refusals);
        TranscriptReport report = server.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
        Assert.All(report.Rounds, round => Assert.True(round.SumRecomputed));
        Assert.All(server.Clients, client => Assert.All(client.ModelOf(1), value => Assert.Equal(Weight, value)));
        Assert.All(server.Delivered, model => Assert.All(model!, value => Assert.Equal(Weight, value)));
    }

    private static TrainingTerms Terms => TestSession.Terms(rounds: 2);

    private static async Task<MaliciousServer> RunAsync(ITampering attack, JointKeyRequest? jointKey = null)
    {
        MaliciousServer server = new(attack, Terms, jointKey);
        await server.RunAsync();
        return server;
    }

    private static void RequireRefused(MaliciousServer server)
    {
        Assert.NotEmpty(server.Refusals);
        Assert.All(server.Refusals, refusal =>
            Assert.Equal((PartyRole.Client, ViolationCode.WrongModel), (refusal.Party.Role, refusal.Code)));
        Assert.All(server.Delivered, Assert.Null);
    }
}
