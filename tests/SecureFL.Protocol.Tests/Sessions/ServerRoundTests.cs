using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Sessions;
using SecureFL.Protocol.Tests.Support;

namespace SecureFL.Protocol.Tests.Sessions;

/// <summary>A fact is checked, then durable, then it counts: a refused one leaves nothing behind.</summary>
public sealed class ServerRoundTests
{
    [Fact]
    public void A_refused_set_is_not_durable_and_the_round_stays_open()
    {
        using SessionWorld world = new();
        using SessionWorld other = new();
        CertificateProposal real = world.Close();
        CertificateProposal foreign = CertificateProposal.Create(real.Context, real.Opening, real.Head,
            real.DeadlineUnixMilliseconds, [.. real.Groups.Select(group => group.RemoveAt(0))], other.Parties.Server);
        Refuse(world, new RoundFact(FactKind.Proposal, 0, foreign.Encode()));
        Assert.Equal(RoundStage.Collecting, world.Round.Stage);
        world.Fix();
        Refuse(world, new RoundFact(FactKind.Proposal, 0, foreign.Encode()));
        Assert.Equal(RoundStage.Agreeing, world.Round.Stage);
    }

    [Fact]
    public void A_refused_header_is_not_durable()
    {
        using SessionWorld world = new(contributions: 3);
        ContributionHeader header = world.Upload(3).Header;
        Refuse(world, new RoundFact(FactKind.Header, 2, header.Encode()));
        Assert.Null(world.Round.Accepted(3));
        world.Fix();
        Refuse(world, new RoundFact(FactKind.Header, 3, header.Encode()));
        Assert.Null(world.Round.Accepted(3));
    }

    [Fact]
    public void An_opening_of_another_round_is_refused()
    {
        using SessionWorld world = new();
        using ServerRound next = new(world.Plan, 1, world.Chain.Window(), default, _ => false,
            invitation => new AggregationServer(
                world.Plan, invitation, world.Parties.Server, world.Clock, store: null));
        RoundFact invitation = world.Facts.Single(fact => fact.Kind == FactKind.Invitation);
        Violation.Expect(ViolationCode.WrongRound, () => next.Apply(invitation));
        Assert.Equal(RoundStage.Opening, next.Stage);
    }

    [Fact]
    public void Nobody_withdraws_from_a_set_that_is_fixed()
    {
        using SessionWorld world = new();
        world.Fix();
        Refuse(world, new RoundFact(FactKind.Withdrawn, 1, default));
        Assert.Empty(world.Round.Withdrawn);
    }

    [Fact]
    public void An_upload_is_forgotten_once_that_is_durable_and_not_before()
    {
        using SessionWorld world = new(contributions: 3);
        Contribution contribution = world.Upload(3);
        Violation.Expect(ViolationCode.RootMismatch,
            () => world.Round.Server!.CheckContribution(world.Make(3).Header));
        RoundFact none = new(FactKind.UploadRoot, 3, default);
        Assert.Throws<IOException>(() => world.Round.Apply(none, () => throw new IOException("full")));
        Assert.True(world.Round.Roots.ContainsKey(3));
        Assert.True(world.Round.Server!.CheckContribution(contribution.Header));

        world.Apply(none);
        Assert.False(world.Round.Roots.ContainsKey(3));
        Assert.Equal(0, world.Round.Server.OpenUpload(3).NextChunk);
        Refuse(world, none with { Party = 1 });
    }

    private static void Refuse(SessionWorld world, RoundFact fact)
    {
        bool isWritten = false;
        Assert.Throws<ProtocolViolationException>(() => world.Round.Apply(fact, () => isWritten = true));
        Assert.False(isWritten);
    }
}
