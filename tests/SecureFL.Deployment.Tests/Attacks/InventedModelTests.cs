using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_model_that_ignores_its_sum_is_refused_by_the_clients_with_214_before_they_train_on_it(
        bool jointKey)
    {
        await using MaliciousServer server = await RunAsync(new InventedVersions(Weight), jointKey);

        RequireRefused(server);
        Assert.All(server.Clients, client => Assert.Equal([0UL], client.Promised));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_start_than_the_terms_say_is_refused_by_the_clients_with_214_before_the_first_round(
        bool jointKey)
    {
        await using MaliciousServer server = await RunAsync(new ForgedStart(Weight), jointKey);

        RequireRefused(server);
        Assert.DoesNotContain(Weight, Terms.CreateBuiltInTrainer()!.CreateInitial(Terms.Seed).Values);
        Assert.All(server.Clients, client => Assert.Empty(client.Promised));
    }

    private static TrainingTerms Terms => TestSession.Terms(rounds: 2);

    private static async Task<MaliciousServer> RunAsync(ITampering attack, bool jointKey)
    {
        MaliciousServer server = new(attack, Terms, jointKey ? new JointKeyRequest(3, 2, 100) : null);
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
