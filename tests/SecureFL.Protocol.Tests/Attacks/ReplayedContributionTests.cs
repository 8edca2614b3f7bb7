using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Suites;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Threshold;
using SecureFL.Threshold.HybridEncryption;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// The server, or a client, plays a contribution again: in another round, under another plan, as another client.
/// </summary>
public sealed class ReplayedContributionTests
{
    [Fact]
    public void A_contribution_of_another_round_is_refused_by_server_and_holder()
    {
        using Scenario scenario = new(configure: s => s with { AllowEarlyResubmission = true });
        RoundInvitation first = scenario.OpenRound(0);
        AggregationServer old = scenario.Gather(first);
        RoundInvitation second = scenario.OpenRound(1);
        AggregationServer server = scenario.StartServer(second);
        Contribution replayed = new ContributionForge().Create(scenario, first, 0);

        Violation.Expect(ViolationCode.WrongRound, () => server.Accept(replayed));
        Violation.Expect(ViolationCode.WrongRound, () => server.HandleContribution(replayed.Header));

        // Under the round's own number it no longer carries the client's signature; in the other round's certificate
        // nobody has checked it.
        CertificateProposal proposal = scenario.Propose(second, old.Accepted);
        Violation.Expect(ViolationCode.UncheckedContribution, () => scenario.Holders[0].HandleProposal(proposal));
    }

    [Fact]
    public void A_share_of_another_round_does_not_open_under_this_rounds_key_and_context()
    {
        using Scenario scenario = new();
        RoundInvitation first = scenario.OpenRound(0);
        RoundInvitation second = scenario.OpenRound(1);
        ContributionHeader old = new ContributionForge().Create(scenario, first, 0).Header;
        ContributionStatement resigned = ContributionStatement.Create(
            second.Opening.Context, second.Opening.Hash, 0, second.Base.Hash, old.Statement.Root,
            old.Statement.LinearDigest, old.Statement.Shares, old.Statement.Proof.ToArray(),
            scenario.Identities.Clients[0]);

        Violation.Expect(ViolationCode.ShareNotDecryptable,
            () => scenario.Holders[0].HandleShare(new ShareDelivery(resigned, 0, old.Shares[0], old.LinearDigest)));
    }

    [Fact]
    public void A_contribution_under_another_plan_is_refused_at_parsing()
    {
        using Scenario scenario = new();
        using Scenario other = new();
        Contribution foreign = other.Contribute(other.OpenRound(), 0);

        Violation.Expect(ViolationCode.WrongPlan,
            () => ContributionHeader.Parse(foreign.Header.Encode(), scenario.Plan.Limits));
        Violation.Expect(ViolationCode.WrongPlan,
            () => ContributionChunk.Parse(foreign.Chunks[0].Encode(), scenario.Plan.Limits));
    }

    [Fact]
    public void A_client_cannot_send_another_clients_contribution_as_its_own()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        ContributionHeader victim = scenario.Contribute(round, 0).Header;
        ContributionStatement v = victim.Statement;
        ContributionStatement stolen = ContributionStatement.Create(
            v.Context, v.Opening, 1, v.BaseVersion, v.Root, v.LinearDigest, v.Shares, v.Proof.ToArray(),
            scenario.Identities.Clients[1]);

        // The share was sealed with the victim's index in the associated data.
        ProtocolViolationException refusal = Violation.Expect(
            ViolationCode.ShareNotDecryptable,
            () => scenario.Holders[0].HandleShare(new ShareDelivery(stolen, 0, victim.Shares[0], victim.LinearDigest)));
        Assert.Equal(Party.Client(1), refusal.Offender);
    }

    [Fact]
    public void A_holders_share_does_not_open_at_another_holder()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        ShareDelivery forFirst = server.CreateShareDelivery(0, 0);

        Violation.Expect(ViolationCode.ShareMismatch, () => scenario.Holders[1].HandleShare(forFirst));
        Violation.Expect(ViolationCode.ShareMismatch,
            () => scenario.Holders[1].HandleShare(
                new ShareDelivery(forFirst.Statement, 1, forFirst.Share, forFirst.LinearDigest)));
    }

    /// <summary>
    /// The statement binds its round, so this cannot happen while signatures hold; the ledger refuses it all the same.
    /// </summary>
    [Fact]
    public void A_contribution_that_was_voted_for_is_refused_in_any_other_round()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound(0);
        RoundInvitation later = scenario.OpenRound(1);
        AggregationServer server = scenario.Gather(round);
        CertificateProposal proposal = server.Close().Proposal;
        LedgerState state = new(scenario.Plan);
        state.Chain.Append(scenario.Versions[0]);
        HolderRound holder = new(scenario.Plan, 0, round.Opening,
            new KeptShares(scenario.Plan, 0, round.Opening, RoundKey(scenario)));
        foreach (CertificateEntry entry in proposal.Entries)
        {
            holder.Take(server.CreateShareDelivery(entry.Client, 0));
        }

        Assert.Equal(4, VotingRules.Require(proposal, holder, state, scenario.Plan, scenario.Clock.GetUtcNow()).Count);
        CertificateProposal elsewhere = scenario.Propose(later, server.Accepted.Take(3));
        state.Apply(
            later.Opening, elsewhere, [new VotedContribution(proposal.Entries.First(), default)],
            Vote.Create(elsewhere, 0, scenario.Identities.KeyHolders[0]));
        Violation.Expect(
            ViolationCode.ContributionReused,
            () => VotingRules.Require(proposal, holder, state, scenario.Plan, scenario.Clock.GetUtcNow()));
        holder.Dispose();
    }

    private static HpkePrivateKey RoundKey(Scenario scenario)
    {
        byte[] key = new byte[HpkePrivateKey.Size];
        Assert.True(scenario.Keys[0].TryLoad(0, key));
        return HpkePrivateKey.Import(key);
    }
}
