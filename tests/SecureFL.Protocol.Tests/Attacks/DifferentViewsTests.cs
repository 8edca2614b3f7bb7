using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// A server that gives each client another model, seed or plan would isolate a victim whatever the cohort's size.
/// </summary>
public sealed class DifferentViewsTests
{
    [Fact]
    public void Holders_sign_one_head_a_round()
    {
        using Scenario scenario = new();
        scenario.Holders[0].CreateOpeningEntry(0, default, scenario.Versions);
        ModelVersion next = Next(scenario, scenario.Versions[0], model: 1);

        Violation.Expect(ViolationCode.SecondOpening,
            () => scenario.Holders[0].CreateOpeningEntry(0, default, [.. scenario.Versions, next]));
    }

    [Fact]
    public void A_holder_follows_one_chain()
    {
        using Scenario scenario = new();
        ModelVersion left = Next(scenario, scenario.Versions[0], model: 1);
        ModelVersion right = Next(scenario, scenario.Versions[0], model: 2);
        scenario.Holders[0].CreateOpeningEntry(1, default, [scenario.Versions[0], left]);

        Violation.Expect(ViolationCode.BrokenModelChain,
            () => scenario.Holders[0].CreateOpeningEntry(2, default, [scenario.Versions[0], right]));
        Violation.Expect(
            ViolationCode.BrokenModelChain,
            () => scenario.Holders[0].CreateOpeningEntry(2, default,
                [ModelVersion.CreateFirst(scenario.Plan.Limits, ModelDigest(9), scenario.Identities.Server)]));
    }

    [Fact]
    public void Entries_over_different_heads_make_no_opening()
    {
        using Scenario scenario = new();
        ModelVersion next = Next(scenario, scenario.Versions[0], model: 1);
        RoundOpeningEntry onOld = scenario.Holders[0].CreateOpeningEntry(1, default, scenario.Versions);
        RoundOpeningEntry[] onNew =
            [.. new[] { 1, 2 }.Select(
                h => scenario.Holders[h].CreateOpeningEntry(1, default, [.. scenario.Versions, next]))];
        RoundOpening mixed = RoundOpening.Create(scenario.Plan.Context(1), next.Hash, default, [onOld, .. onNew]);

        Violation.Expect(ViolationCode.WrongHead,
            () => scenario.Clients[0].HandleInvitation(new RoundInvitation(mixed, [next])));
        Violation.Expect(ViolationCode.WrongHead, () => scenario.Holders[1].HandleOpening(mixed));
    }

    [Fact]
    public void A_client_refuses_a_model_other_than_the_heads()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        ModelVersion forged =
            ModelVersion.CreateFirst(scenario.Plan.Limits, ModelDigest(7), scenario.Identities.Server);

        Violation.Expect(ViolationCode.WrongHead,
            () => scenario.Clients[0].HandleInvitation(new RoundInvitation(round.Opening, [forged])));
        Violation.Expect(ViolationCode.WrongBaseVersion,
            () => scenario.Clients[0].CreateContribution(round, ModelDigest(7)));
    }

    [Fact]
    public void A_contribution_on_a_version_outside_the_window_is_refused_by_server_and_holder()
    {
        using Scenario scenario = new();
        ModelVersion old = scenario.Versions[0];
        scenario.Versions.Add(Next(scenario, old, model: 1));
        RoundInvitation round = scenario.OpenRound(1);
        Contribution stale = new ContributionForge { BaseVersion = old.Hash }.Create(scenario, round, 0);
        AggregationServer server = scenario.StartServer(round);

        Violation.Expect(ViolationCode.WrongBaseVersion, () => server.Accept(stale));
        Violation.Expect(ViolationCode.WrongBaseVersion,
            () => scenario.Holders[0].HandleShare(
                new ShareDelivery(stale.Header.Statement, 0, stale.Header.Shares[0],
                    stale.Header.LinearDigest)));
    }

    [Fact]
    public void Two_openings_of_a_round_give_two_seeds_and_holders_accept_one()
    {
        using Scenario scenario = new(keyHolders: 3, threshold: 2);
        RoundInvitation all = scenario.Invite();
        RoundInvitation two = scenario.Invite(0, [0, 1]);
        Assert.NotEqual(PublicSeed.Of(all.Opening), PublicSeed.Of(two.Opening));
        scenario.Holders[0].HandleOpening(all.Opening);

        Violation.Expect(ViolationCode.SecondOpening, () => scenario.Holders[0].HandleOpening(two.Opening));
        Contribution other = scenario.Contribute(two, 0);
        Violation.Expect(ViolationCode.WrongOpening,
            () => scenario.Holders[0].HandleShare(
                new ShareDelivery(other.Header.Statement, 0, other.Header.Shares[0],
                    other.Header.LinearDigest)));
        Violation.Expect(ViolationCode.WrongOpening, () => scenario.StartServer(all).Accept(other));
    }

    [Fact]
    public void A_certificate_for_another_opening_or_head_gets_no_vote()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        CertificateEntry[] entries = [.. server.Close().Proposal.Entries];
        scenario.Deliver(server, 0, entries);
        long deadline = server.Close().Proposal.DeadlineUnixMilliseconds;
        CertificateProposal opening = CertificateProposal.Create(
            round.Opening.Context, ModelDigest(1), round.Opening.Head, deadline, [[.. entries]],
            scenario.Identities.Server);
        CertificateProposal head = CertificateProposal.Create(
            round.Opening.Context, round.Opening.Hash, ModelDigest(1), deadline, [[.. entries]],
            scenario.Identities.Server);

        Violation.Expect(ViolationCode.WrongOpening, () => scenario.Holders[0].HandleProposal(opening));
        Violation.Expect(ViolationCode.WrongHead, () => scenario.Holders[0].HandleProposal(head));
    }

    [Fact]
    public void Nobody_takes_part_in_a_plan_whose_digest_was_not_approved()
    {
        using Scenario scenario = new();
        using Scenario other = new();
        RoundInvitation foreign = other.OpenRound();

        Violation.Expect(
            ViolationCode.WrongPlan,
            () => new AggregationClient(
                scenario.Plan, other.Plan.Digest, scenario.Identities.Clients[0], new InMemoryLedgerStorage(),
                SecureFL.Ring.Randomness.SystemEntropy.Instance));
        Violation.Expect(
            ViolationCode.WrongPlan,
            () => new KeyHolder(
                scenario.Plan, other.Plan.Digest, scenario.Identities.KeyHolders[0], HolderStorage.InMemory(),
                scenario.Clock,
                SecureFL.Ring.Randomness.SystemEntropy.Instance));
        Violation.Expect(ViolationCode.WrongPlan, () => scenario.Clients[0].HandleInvitation(foreign));
        Violation.Expect(ViolationCode.WrongPlan, () => RoundInvitation.Parse(foreign.Encode(), scenario.Plan.Limits));
    }

    private static Digest ModelDigest(byte value) => new([value, .. new byte[31]]);

    private static ModelVersion Next(Scenario scenario, ModelVersion previous, byte model) =>
        ModelVersion.CreateNext(previous, scenario.Plan.Context(0), ModelDigest(100), ModelDigest(model),
            scenario.Identities.Server);
}
