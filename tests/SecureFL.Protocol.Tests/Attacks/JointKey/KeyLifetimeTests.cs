using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.Attacks.JointKey;

/// <summary>
/// Smudging hides a key for a number of decrypted coefficients: the key stops there, whatever the server counts, and
/// whoever restarts.
/// </summary>
public sealed class KeyLifetimeTests
{
    [Fact]
    public void A_key_stops_at_its_limit_and_the_count_survives_a_restart()
    {
        using JointKeyScenario scenario = new(roundsPerKey: 2);
        Round(scenario, 0);
        scenario.Restart(0);
        Round(scenario, 1);
        scenario.Restart(0);

        AggregationServer server = scenario.Gather(scenario.OpenRound(2));
        CertificateProposal proposal = server.Close().Proposal;
        Assert.True(proposal.JointKey!.Decrypted > scenario.Plan.MaxCoefficientsPerKey);
        scenario.Show(server, 0);
        Violation.Expect(ViolationCode.KeyExhausted, () => scenario.Holders[0].HandleProposal(proposal));
        Violation.Expect(ViolationCode.KeyExhausted, () => scenario.Holders[2].HandleProposal(proposal));
    }

    [Fact]
    public void A_server_that_forgets_rounds_is_refused_by_holders_that_were_not_active_too()
    {
        using JointKeyScenario scenario = new();
        Round(scenario, 0);
        scenario.Decrypted = 0;
        AggregationServer server = scenario.Gather(scenario.OpenRound(1));
        foreach (int holder in new[] { 0, 2 })
        {
            scenario.Show(server, holder);
            Violation.Expect(ViolationCode.KeyExhausted,
                () => scenario.Holders[holder].HandleProposal(server.Close().Proposal));
        }
    }

    [Fact]
    public void A_new_key_has_a_life_of_its_own_and_the_old_share_is_erased()
    {
        using JointKeyScenario scenario = new(roundsPerKey: 1);
        Round(scenario, 0);
        JointKeyEpoch former = scenario.Epoch;
        scenario.GenerateKey(1);
        Round(scenario, 1);

        Assert.All(scenario.Shares, shares => Assert.Equal([1UL], shares.Numbers));
        Violation.Expect(ViolationCode.WrongKeyEpoch, () => scenario.Holders[0].JointKey.HandleRecord(former.Record));
    }

    /// <summary>The server brings back an old key, whose count it hopes was forgotten.</summary>
    [Fact]
    public void A_round_under_another_key_is_refused_by_clients_and_holders()
    {
        using JointKeyScenario scenario = new();
        RoundInvitation old = scenario.OpenRound();
        scenario.GenerateKey(1);

        Violation.Expect(ViolationCode.WrongKeyEpoch, () => scenario.Clients[0].Encrypt(old, scenario.Vector(0)));
        Violation.Expect(ViolationCode.WrongKeyEpoch, () => scenario.StartServer(old));
        Violation.Expect(ViolationCode.WrongKeyEpoch, () => scenario.Restart(0).HandleOpening(old.Opening));
    }

    [Fact]
    public void A_vote_under_a_former_key_releases_nothing()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        scenario.GenerateKey(1);

        Violation.Expect(ViolationCode.WrongKeyEpoch, () => scenario.Holders[0].HandleCertificate(certificate));
    }

    private static void Round(JointKeyScenario scenario, ulong round)
    {
        AggregationServer server = scenario.Gather(scenario.OpenRound(round));
        AggregationResult result = scenario.Open(server, scenario.Agree(server));
        scenario.AssertSum(result, 0, 1, 2, 3);
        scenario.Versions.Add(server.Advance(result));
    }
}
