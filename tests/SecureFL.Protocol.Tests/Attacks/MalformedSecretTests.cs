using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// What a well-formed but garbage contribution can do, documented: its shares are consistent, its signature is right,
/// so every holder votes; the sum of its group means nothing, is recognised as such, and the other groups are
/// untouched.
/// </summary>
public sealed class MalformedSecretTests
{
    [Fact]
    public void Shares_of_another_secret_spoil_the_group()
    {
        Assert.NotEqual(GroupStatus.Opened, Spoil(new ContributionForge { Secret = secret => secret[5] += 1 }));
    }

    [Fact]
    public void Shares_of_a_huge_secret_spoil_the_group_by_the_bound_on_key_sums()
    {
        Assert.Equal(GroupStatus.KeyOutOfBound,
            Spoil(new ContributionForge { Secret = secret => secret[5] = 1_000_000 }));
        Assert.Equal(GroupStatus.KeyOutOfBound,
            Spoil(new ContributionForge { Secret = secret => Array.Fill(secret, 321) }));
    }

    [Fact]
    public void A_random_ciphertext_spoils_the_group()
    {
        Assert.NotEqual(GroupStatus.Opened,
            Spoil(new ContributionForge { Chunk = chunk => chunk.AsSpan(0, chunk.Length / 2).Clear() }));
    }

    [Fact]
    public void A_spoiled_group_dies_alone()
    {
        using Scenario scenario = new(clients: 6, configure: s => s with { GroupSize = 3 });
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 1, 2, 3, 4, 5);
        server.Accept(new ContributionForge { Secret = secret => secret[0] = 1_000_000 }.Create(scenario, round, 0));

        AggregationResult result = scenario.Open(server, scenario.Agree(server));
        GroupResult spoiled = Assert.Single(result.Groups, group => !group.IsOpened);
        GroupResult opened = Assert.Single(result.Groups, group => group.IsOpened);
        Assert.Contains(0, spoiled.Clients);
        Assert.Null(result.GroupSum(spoiled.Group));
        scenario.AssertSum(result, [.. opened.Clients]);
    }

    /// <summary>
    /// The spoiled group WAS opened: the same clients on the same model in a new set would give an exact difference.
    /// </summary>
    [Fact]
    public void Members_of_a_spoiled_group_wait_for_a_new_model()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 1, 2, 3);
        server.Accept(new ContributionForge { Secret = secret => secret[0] = 1_000_000 }.Create(scenario, round, 0));
        AggregationResult result = scenario.Open(server, scenario.Agree(server));

        scenario.Versions.Add(server.Advance(result));
        Assert.Equal(round.Base.Model, scenario.Versions[1].Model);
        RoundInvitation again = scenario.OpenRound(1);
        Violation.Expect(ViolationCode.SecondContributionOnBase, () => scenario.Contribute(again, 1));

        // A client that lost its journal is stopped by the holders.
        AggregationServer second = scenario.StartServer(again);
        foreach (int client in new[] { 1, 2, 3 })
        {
            second.Accept(scenario.StartClient(client, new InMemoryLedgerStorage())
                .Encrypt(again, scenario.Vector(client)));
        }

        Violation.Expect(ViolationCode.SecondContributionOnBase, () => scenario.Agree(second));
    }

    private static GroupStatus Spoil(ContributionForge forge)
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 1, 2, 3);
        server.Accept(forge.Create(scenario, round, 0));
        AggregationResult result = scenario.Open(server, scenario.Agree(server));
        Assert.Equal(0, result.Contributors);
        Assert.Throws<InvalidOperationException>(() => result.Sum);
        return Assert.Single(result.Groups).Status;
    }
}
