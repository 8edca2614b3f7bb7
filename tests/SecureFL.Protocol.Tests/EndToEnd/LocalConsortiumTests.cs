using SecureFL.Local;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;

namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>What fails in a consortium of one process costs the call that it failed in.</summary>
public sealed class LocalConsortiumTests
{
    [Theory]
    [InlineData(Suite.OneTimeKey)]
    [InlineData(Suite.JointKey)]
    public void A_store_that_fails_once_costs_one_call_not_the_consortium(Suite suite)
    {
        LocalParties parties = new(4, 3);
        AggregationPlan plan = parties.CreatePlan(40, 8f, 8, 3, 2, 1, suite: suite);
        bool fails = false;
        using LocalConsortium consortium = new(plan, parties,
            store: _ => fails ? throw new IOException("full") : new InMemoryContributionStore());
        for (ulong round = 0; round < 2; round++)
        {
            fails = true;
            Assert.Throws<IOException>(consortium.OpenRound);
            fails = false;
            using AggregationServer server = consortium.OpenRound();
            Assert.Equal(round, server.Round.Opening.Context.Round);
            foreach (AggregationClient client in consortium.Clients)
            {
                server.Accept(client.Encrypt(server.Round, new float[40]));
            }

            Assert.Equal(4, consortium.Open(server, consortium.Release(server)).Contributors);
        }
    }

    [Theory]
    [InlineData(Suite.OneTimeKey)]
    [InlineData(Suite.JointKey)]
    public void A_round_that_is_opened_gives_up_the_one_before_it(Suite suite)
    {
        LocalParties parties = new(4, 3);
        AggregationPlan plan = parties.CreatePlan(40, 8f, 8, 3, 2, 1,
            configure: settings => settings with { AllowEarlyResubmission = true }, suite: suite);
        using LocalConsortium consortium = new(plan, parties);
        using AggregationServer given = consortium.OpenRound();
        using AggregationServer open = consortium.OpenRound();
        foreach (AggregationServer server in (AggregationServer[])[given, open])
        {
            foreach (AggregationClient client in consortium.Clients)
            {
                server.Accept(client.Encrypt(server.Round, new float[40]));
            }
        }

        ProtocolViolationException refusal =
            Assert.Throws<ProtocolViolationException>(() => consortium.Release(given));
        Assert.Equal((ViolationCode.WrongRound, "round 1", "round 0"),
            (refusal.Code, refusal.Expected, refusal.Received));
        Assert.Equal(4, consortium.Open(open, consortium.Release(open)).Contributors);
    }
}
