using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// Prepare, commit, send: a client that stops anywhere on the way never has two contributions in one round.
/// </summary>
public sealed class PreparedContributionTests
{
    [Fact]
    public void What_was_prepared_and_never_committed_leaves_round_and_model_free()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        InMemoryLedgerStorage journal = new();
        Prepare(scenario.StartClient(0, journal), scenario, round);
        AggregationClient again = scenario.StartClient(0, journal);

        Assert.Null(again.ClaimOf(0));
        ContributionStatement statement = Prepare(again, scenario, round);
        again.CommitContribution(round, statement);
        Assert.Equal(statement.Hash, again.ClaimOf(0)!.Statement);
    }

    [Fact]
    public void A_committed_contribution_is_the_only_one_of_its_round_and_model_whoever_restarts()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        InMemoryLedgerStorage journal = new();
        AggregationClient client = scenario.StartClient(0, journal);
        ContributionStatement first = Prepare(client, scenario, round);
        ContributionStatement second = Prepare(client, scenario, round);
        client.CommitContribution(round, first);

        Violation.Expect(ViolationCode.DuplicateContribution, () => client.CommitContribution(round, second));
        AggregationClient restarted = scenario.StartClient(0, new InMemoryLedgerStorage(journal.ReadAll()));
        Assert.Equal(new ContributionClaim(0, round.Base.Model, default, first.Hash), restarted.ClaimOf(0));
        Violation.Expect(ViolationCode.DuplicateContribution, () => restarted.CommitContribution(round, second));
        Violation.Expect(ViolationCode.DuplicateContribution, () => Prepare(restarted, scenario, round));
        RoundInvitation next = scenario.OpenRound(1);
        Violation.Expect(ViolationCode.SecondContributionOnBase, () => Prepare(restarted, scenario, next));
    }

    [Fact]
    public void A_contribution_that_leaves_while_it_is_made_is_claimed_without_a_statement()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        InMemoryLedgerStorage journal = new();
        using (scenario.StartClient(0, journal).CreateContribution(round, round.Base.Model))
        {
        }

        AggregationClient restarted = scenario.StartClient(0, journal);
        Assert.Equal(new ContributionClaim(0, round.Base.Model, default, null), restarted.ClaimOf(0));
        Violation.Expect(ViolationCode.DuplicateContribution, () => Prepare(restarted, scenario, round));
    }

    [Fact]
    public void Nobody_commits_another_clients_statement_or_one_of_another_round()
    {
        using Scenario scenario = new(configure: s => s with { AllowEarlyResubmission = true });
        RoundInvitation first = scenario.OpenRound(0);
        RoundInvitation second = scenario.OpenRound(1);
        ContributionStatement other = Prepare(scenario.Clients[1], scenario, first);
        ContributionStatement own = Prepare(scenario.Clients[0], scenario, first);

        Assert.Throws<ArgumentException>(() => scenario.Clients[0].CommitContribution(first, other));
        Assert.Throws<ArgumentException>(() => scenario.Clients[0].CommitContribution(second, own));
        Assert.Null(scenario.Clients[0].ClaimOf(0));
    }

    [Fact]
    public void A_journal_that_cannot_be_written_lets_nothing_leave()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationClient client = scenario.StartClient(0, new FullStorage());
        ContributionStatement statement = Prepare(client, scenario, round);

        Assert.Throws<LedgerUnavailableException>(() => client.CommitContribution(round, statement));
        Assert.Throws<LedgerUnavailableException>(() => Prepare(client, scenario, round));
    }

    private static ContributionStatement Prepare(AggregationClient client, Scenario scenario, RoundInvitation round)
    {
        using ContributionStream stream = client.PrepareContribution(round, round.Base.Model);
        stream.WriteVector(scenario.Vector(client.Index), [], _ => { });
        return stream.CreateHeader().Statement;
    }

    private sealed class FullStorage : ILedgerStorage
    {
        public IReadOnlyList<ReadOnlyMemory<byte>> ReadAll() => [];

        public void Append(ReadOnlySpan<byte> record) => throw new IOException("no space left on device");

        public void Flush()
        {
        }
    }
}
