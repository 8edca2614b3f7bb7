using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// The server restores an image of a key holder from before its vote: it votes again, for the set without one client.
/// Only holders that release were shown the first vote, so peers of the server's choice confirm the image. It counts
/// towards f: with at most f such images two certificates share a holder that remembers its vote.
/// </summary>
public sealed class RestoredImageTests
{
    private const int Victim = 0;

    [Fact]
    public void A_plan_that_assumes_no_such_holder_is_refused_unless_it_calls_itself_insecure()
    {
        PlanRefusedException refusal = Assert.Throws<PlanRefusedException>(
            () => new LocalParties(4, 3).CreatePlan(40, 8f, 8, 3, threshold: 2, colludingKeyHolders: 0));
        Assert.Equal("f >= 1", refusal.Rule);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void One_restored_image_finds_too_few_votes_for_a_second_set_at_f_1(int keyHolders)
    {
        using Scenario scenario = new(keyHolders: keyHolders, colluding: 1);
        (RoundInvitation round, Contribution[] contributions) = Collect(scenario);
        // Confirmed by all its peers before anyone was shown a vote.
        KeyHolder restored = scenario.Copy(1, round.Opening);
        KeyHolder[] voters = scenario.Holders[..scenario.Plan.Quorum.Votes];
        AggregationServer with = scenario.StartServer(round);
        Open(scenario, with, contributions, voters);
        scenario.AssertSum(with.Open(), 0, 1, 2, 3);

        AggregationServer without = scenario.StartServer(round);
        CertificateProposal second = Propose(without, Without(contributions));
        KeyHolder[] willing = [restored, .. scenario.Holders[voters.Length..]];
        foreach (KeyHolder holder in voters)
        {
            Violation.Expect(ViolationCode.SecondCertificate, () => holder.HandleProposal(second));
        }

        RoundCertificate certificate = RoundCertificate.Create(second,
            [.. willing.Select(holder => Vote(without, second, holder)).OrderBy(vote => vote.Holder)]);
        foreach (KeyHolder holder in willing)
        {
            Violation.Expect(ViolationCode.CertificateBelowQuorum, () => holder.HandleCertificate(certificate));
        }
    }

    [Fact]
    public void Documented_f_plus_one_restored_images_open_both_sets()
    {
        using Scenario scenario = new(keyHolders: 4, colluding: 1);
        (RoundInvitation round, Contribution[] contributions) = Collect(scenario);
        KeyHolder[] restored = [scenario.Copy(1, round.Opening), scenario.Copy(2, round.Opening)];
        AssertDifferenceIsTheVictim(scenario, round, contributions, scenario.Holders[..3],
            [.. restored, scenario.Holders[3]]);
    }

    [Fact]
    public void Documented_one_restored_image_opens_both_sets_of_an_insecure_plan_at_f_0()
    {
        using Scenario scenario = new(colluding: 0);
        (RoundInvitation round, Contribution[] contributions) = Collect(scenario);
        Assert.True(scenario.Plan.Settings.Insecure);
        KeyHolder restored = scenario.Copy(1, round.Opening);
        AssertDifferenceIsTheVictim(scenario, round, contributions, scenario.Holders[..2],
            [restored, scenario.Holders[2]]);
    }

    private static (RoundInvitation Round, Contribution[] Contributions) Collect(Scenario scenario)
    {
        RoundInvitation round = scenario.OpenRound();
        return (round, [.. Enumerable.Range(0, 4).Select(client => scenario.Contribute(round, client))]);
    }

    private static Contribution[] Without(Contribution[] contributions) =>
        [.. contributions.Where(contribution => contribution.Header.Statement.Client != Victim)];

    private static void AssertDifferenceIsTheVictim(Scenario scenario, RoundInvitation round,
        Contribution[] contributions, KeyHolder[] first, KeyHolder[] second)
    {
        AggregationServer all = scenario.StartServer(round);
        Open(scenario, all, contributions, first);
        AggregationResult with = all.Open();
        AggregationServer rest = scenario.StartServer(round);
        Open(scenario, rest, Without(contributions), second);
        AggregationResult without = rest.Open();

        scenario.AssertSum(with, 0, 1, 2, 3);
        scenario.AssertSum(without, 1, 2, 3);
        double[] learned = [.. with.Sum.Zip(without.Sum, (all, rest) => all - rest)];
        Assert.All(scenario.Vector(Victim).Zip(learned),
            pair => Assert.Equal(pair.First, pair.Second, scenario.Plan.Parameters.Step));
    }

    // All of the holders vote, and t of them release.
    private static void Open(Scenario scenario, AggregationServer server, Contribution[] contributions,
        KeyHolder[] holders)
    {
        CertificateProposal proposal = Propose(server, contributions);
        Array.ForEach(holders, holder => server.HandleVote(Vote(server, proposal, holder)));
        foreach (KeyHolder holder in holders.Take(scenario.Plan.Settings.Threshold))
        {
            server.HandleRelease(holder.HandleCertificate(server.CreateCertificate()));
        }
    }

    private static CertificateProposal Propose(AggregationServer server, Contribution[] contributions)
    {
        Array.ForEach(contributions, server.Accept);
        return server.Close().Proposal;
    }

    private static Vote Vote(AggregationServer server, CertificateProposal proposal, KeyHolder holder)
    {
        foreach (CertificateEntry entry in proposal.Entries)
        {
            holder.HandleShare(server.CreateShareDelivery(entry.Client, holder.Index));
        }

        return holder.HandleProposal(proposal);
    }
}
