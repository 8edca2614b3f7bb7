using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey;

namespace SecureFL.Protocol.Tests.Attacks.JointKey;

/// <summary>
/// An active holder that fails after agreement costs the round: another active set would need new ciphertexts.
/// </summary>
public sealed class AbsentHolderTests
{
    [Fact]
    public void A_round_whose_active_holder_is_gone_dies_and_is_done_again_with_fresh_ciphertexts()
    {
        using JointKeyScenario scenario = new(keyHolders: 4, threshold: 2);
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        scenario.Answer(server, certificate, 0);
        Violation.Expect(ViolationCode.BelowThreshold, () => server.Open());

        // Holder 1 is gone. H - t + 1 + f = 3 of the others would have to promise, but holder 0 has released: the round
        // waits for holder 1's promise.
        scenario.Clock.Advance(TimeSpan.FromDays(2));
        Violation.Expect(ViolationCode.RoundReleased, () => scenario.Holders[0].CreateRoundDeath(0));
        RoundDeath[] deaths = [.. new[] { 1, 2, 3 }.Select(h => scenario.Holders[h].CreateRoundDeath(0))];
        RoundDeathCertificate dead = RoundDeathCertificate.Create(deaths[0].Context, deaths);
        foreach (KeyHolder holder in scenario.Holders)
        {
            holder.HandleRoundDeath(dead);
        }

        foreach (AggregationClient client in scenario.Clients)
        {
            client.HandleRoundDeath(dead);
        }

        RoundInvitation next = scenario.OpenRound(1, 0, 2, 3);
        AggregationServer again = scenario.Gather(next);
        Assert.Equal([0, 2], again.Close().Proposal.JointKey!.ActiveSet);
        scenario.AssertSum(scenario.Open(again, scenario.Agree(again)), 0, 1, 2, 3);
        Violation.Expect(ViolationCode.RoundDead, () => scenario.Holders[1].HandleCertificate(certificate));
    }

    [Fact]
    public void The_server_chooses_the_active_set_before_the_round_is_closed()
    {
        using JointKeyScenario scenario = new(keyHolders: 5, threshold: 3, colluding: 1);
        AggregationServer server = scenario.Gather(scenario.OpenRound(0, 0, 1, 3, 4));
        server.JointKey.ActiveSet = [4, 1, 3];
        RoundCertificate certificate = scenario.Agree(server);
        Assert.Equal([1, 3, 4], certificate.Proposal.JointKey!.ActiveSet);
        scenario.AssertSum(scenario.Open(server, certificate), 0, 1, 2, 3);
    }
}
