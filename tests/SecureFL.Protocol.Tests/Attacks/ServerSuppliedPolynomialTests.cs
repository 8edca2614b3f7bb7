using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Ring.Randomness;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// A server that could hand out its own a (say a to one client and a + K to another) would read K s out of the sum.
/// </summary>
public sealed class ServerSuppliedPolynomialTests
{
    [Fact]
    public void A_client_refuses_an_opening_whose_nonce_or_key_the_server_made_up()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.Invite();
        RoundOpeningEntry real = round.Opening.Entries[0];
        byte[] nonce = new byte[RoundOpeningEntry.NonceSize];
        SystemEntropy.Instance.Fill(nonce);
        RoundOpeningEntry forged = RoundOpeningEntry.Create(real.Context, real.Head, real.Task, real.Holder, nonce,
            real.PublicKey.Span, [], scenario.Identities.Server);
        RoundOpening opening = RoundOpening.Create(round.Opening.Context, round.Opening.Head, default,
            [forged, .. round.Opening.Entries.Skip(1)]);

        ProtocolViolationException refusal = Violation.Expect(
            ViolationCode.BadSignature, () => scenario.Contribute(new RoundInvitation(opening, round.Versions), 0));
        Assert.Equal(Party.KeyHolder(0), refusal.Offender);
    }

    [Fact]
    public void A_client_refuses_an_opening_of_too_few_or_repeated_holders()
    {
        using Scenario scenario = new(keyHolders: 5, threshold: 3, colluding: 1);
        RoundInvitation round = scenario.Invite();
        RoundOpening few = RoundOpening.Create(round.Opening.Context, round.Opening.Head, default,
            round.Opening.Entries.Take(3));
        RoundOpening repeated = RoundOpening.Create(
            round.Opening.Context, round.Opening.Head, default,
            [.. round.Opening.Entries.Take(3), .. round.Opening.Entries.Take(2)]);

        Violation.Expect(ViolationCode.OpeningBelowQuorum,
            () => scenario.Contribute(new RoundInvitation(few, round.Versions), 0));
        Violation.Expect(ViolationCode.DuplicateHolder,
            () => scenario.Contribute(new RoundInvitation(repeated, round.Versions), 0));
        Violation.Expect(ViolationCode.DuplicateHolder,
            () => RoundOpening.Parse(repeated.Encode(), scenario.Plan.Limits));
    }

    [Fact]
    public void An_entry_of_another_round_cannot_open_this_one()
    {
        using Scenario scenario = new();
        RoundInvitation first = scenario.Invite(0);
        RoundInvitation second = scenario.Invite(1);
        RoundOpening mixed = RoundOpening.Create(second.Opening.Context, second.Opening.Head, default,
            [first.Opening.Entries[0], .. second.Opening.Entries.Skip(1)]);

        Violation.Expect(ViolationCode.WrongRound,
            () => scenario.Clients[0].HandleInvitation(new RoundInvitation(mixed, second.Versions)));
    }

    [Fact]
    public void The_seed_depends_on_every_entry_round_and_head()
    {
        using Scenario scenario = new();
        byte[] first = PublicSeed.Of(scenario.Invite(0).Opening);
        byte[] second = PublicSeed.Of(scenario.Invite(1).Opening);
        byte[] fewer = PublicSeed.Of(scenario.Invite(0, [0, 1]).Opening);

        Assert.Equal(3, new[] { first, second, fewer }.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void A_contribution_under_other_polynomials_spoils_its_group_and_opens_nothing()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 1, 2, 3);
        byte[] seed = new byte[32];
        SystemEntropy.Instance.Fill(seed);
        server.Accept(new ContributionForge { Seed = seed }.Create(scenario, round, 0));

        Assert.Equal(0, scenario.Open(server, scenario.Agree(server)).Contributors);
    }
}
