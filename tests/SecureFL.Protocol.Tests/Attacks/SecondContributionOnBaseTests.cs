using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>Two sums over one model differ by whoever is missing in one of them.</summary>
public sealed class SecondContributionOnBaseTests
{
    [Fact]
    public void A_client_refuses_and_after_losing_its_journal_the_holders_do()
    {
        using Scenario scenario = new();
        AggregationServer first = scenario.Gather(scenario.OpenRound(0));
        scenario.Agree(first);
        RoundInvitation again = scenario.OpenRound(1);

        Violation.Expect(ViolationCode.SecondContributionOnBase, () => scenario.Contribute(again, 0));
        ProtocolViolationException refusal =
            Violation.Expect(ViolationCode.SecondContributionOnBase, () => Retry(scenario, again));
        Assert.Equal(PartyRole.Client, refusal.Offender.Role);
    }

    [Fact]
    public void A_new_model_frees_everybody()
    {
        using Scenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound(0));
        AggregationResult result = scenario.Open(server, scenario.Agree(server));
        scenario.Versions.Add(server.Advance(result));

        AggregationServer second = scenario.Gather(scenario.OpenRound(1));
        scenario.AssertSum(scenario.Open(second, scenario.Agree(second)), 0, 1, 2, 3);
    }

    [Fact]
    public void Enough_deaths_free_the_model_for_clients_and_holders()
    {
        using Scenario scenario = new(keyHolders: 5, threshold: 3, colluding: 1);
        AggregationServer lost = scenario.Gather(scenario.OpenRound(0));
        scenario.Agree(lost);
        scenario.Clock.Advance(TimeSpan.FromDays(2));
        RoundDeath[] deaths = [.. scenario.Holders.Select(holder => holder.CreateRoundDeath(0))];
        Assert.Equal(4, scenario.Plan.Quorum.Deaths);
        RoundDeathCertificate few = RoundDeathCertificate.Create(deaths[0].Context, deaths[..3]);
        RoundDeathCertificate repeated = RoundDeathCertificate.Create(deaths[0].Context, [.. deaths[..3], deaths[0]]);
        RoundDeathCertificate enough = RoundDeathCertificate.Create(deaths[0].Context, deaths[..4]);
        RoundInvitation again = scenario.OpenRound(1);

        Violation.Expect(ViolationCode.DeathBelowQuorum, () => scenario.Clients[0].HandleRoundDeath(few));
        Violation.Expect(ViolationCode.DuplicateHolder, () => scenario.Clients[0].HandleRoundDeath(repeated));
        Violation.Expect(ViolationCode.SecondContributionOnBase, () => scenario.Contribute(again, 0));
        AggregationServer server = scenario.StartServer(again);
        foreach (AggregationClient client in scenario.Clients)
        {
            client.HandleRoundDeath(enough);
            server.Accept(scenario.Contribute(again, client.Index));
        }

        Violation.Expect(ViolationCode.SecondContributionOnBase, () => scenario.Agree(server));
        foreach (KeyHolder holder in scenario.Holders)
        {
            Violation.Expect(ViolationCode.DeathBelowQuorum, () => holder.HandleRoundDeath(few));
            holder.HandleRoundDeath(enough);
        }

        scenario.AssertSum(scenario.Open(server, scenario.Agree(server)), 0, 1, 2, 3);
    }

    [Fact]
    public void The_plan_field_permits_it_and_says_so()
    {
        using Scenario scenario = new(configure: s => s with { AllowEarlyResubmission = true });
        AggregationServer first = scenario.Gather(scenario.OpenRound(0));
        scenario.Open(first, scenario.Agree(first));
        AggregationServer second = scenario.Gather(scenario.OpenRound(1), 1, 2, 3);

        scenario.AssertSum(scenario.Open(second, scenario.Agree(second)), 1, 2, 3);
        Assert.Contains("difference of two sums", scenario.Plan.Describe(), StringComparison.Ordinal);
    }

    private static void Retry(Scenario scenario, RoundInvitation again)
    {
        AggregationServer server = scenario.StartServer(again);
        foreach (int client in new[] { 1, 2, 3 })
        {
            server.Accept(scenario.StartClient(client, new InMemoryLedgerStorage())
                .Encrypt(again, scenario.Vector(client)));
        }

        scenario.Agree(server);
    }
}
