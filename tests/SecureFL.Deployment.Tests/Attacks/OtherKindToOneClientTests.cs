using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// A server that tells one client another kind of round would read its update: attack B1. Clients take a round's kind
/// from the plan's terms and the signed model chain, and openings name it.
/// </summary>
public sealed class OtherKindToOneClientTests
{
    private const int Victim = 2;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_tells_one_client_another_kind_of_round_changes_nothing(bool jointKey)
    {
        OtherKindToOneClient attack = new(Victim, renames: false);
        await using MaliciousServer server = Server(attack, jointKey);

        await server.RunAsync();

        Assert.Empty(server.Refusals);
        Assert.Equal([0UL, 1UL], attack.Learned.Keys.Order());
        Assert.All(attack.Learned,
            learned => Assert.NotEqual(server.Clients[Victim].UpdateOf(learned.Key), learned.Value));
        Assert.All(server.Clients, client => Assert.Contains(client.UpdateOf(0), value => value != 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_renames_the_task_is_refused_by_the_clients_before_they_compute(bool jointKey)
    {
        OtherKindToOneClient attack = new(Victim, renames: true);
        await using MaliciousServer server = Server(attack, jointKey);

        await server.RunAsync();

        Assert.Empty(attack.Learned);
        Refusal refusal = server.Refusals.First();
        Assert.Equal(PartyRole.Client, refusal.Party.Role);
        Assert.NotEqual(Victim, refusal.Party.Index);
        Assert.Equal(ViolationCode.WrongTask, refusal.Code);
    }

    private static MaliciousServer Server(OtherKindToOneClient attack, bool jointKey) =>
        new(attack, TestSession.Terms(rounds: 2), jointKey ? new JointKeyRequest(3, 2, 100) : null);
}
