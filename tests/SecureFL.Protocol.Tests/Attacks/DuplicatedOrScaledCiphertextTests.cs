using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>Two times a victim's vector in a sum, or K times, would stand out against the others.</summary>
public sealed class DuplicatedOrScaledCiphertextTests
{
    [Fact]
    public void One_contribution_listed_twice_is_refused()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        ContributionStatement[] all = [.. server.Accepted];
        CertificateProposal twice = scenario.Propose(round, [all[0], all[0], all[1], all[2]]);
        scenario.Deliver(server, 0, twice.Entries);

        Violation.Expect(ViolationCode.GroupsNotDisjoint, () => scenario.Holders[0].HandleProposal(twice));
        Violation.Expect(ViolationCode.GroupsNotDisjoint,
            () => CertificateProposal.Parse(twice.Encode(), scenario.Plan.Limits));
    }

    [Fact]
    public void A_victims_ciphertext_under_a_second_name_is_refused_by_server_and_holder()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 0, 1, 2);
        Contribution victim = scenario.Contribute(round, 3);
        AggregationServer late = scenario.StartServer(round);
        late.Accept(victim);
        int[] anySecret = new int[scenario.Plan.Parameters.RingDegree];
        ContributionHeader copy = new ContributionForge().Seal(scenario, round.Opening, 0, round.Base.Hash,
            victim.Header.Statement.Root, victim.Header.LinearDigest.ToArray(), anySecret);
        foreach (ContributionChunk chunk in victim.Chunks)
        {
            late.HandleChunk(new ContributionChunk(chunk.Context, 0, chunk.Index, chunk.Packed));
        }

        Violation.Expect(ViolationCode.DuplicateCiphertext, () => late.HandleContribution(copy));

        KeyHolder holder = scenario.Holders[0];
        holder.HandleShare(new ShareDelivery(copy.Statement, 0, copy.Shares[0], copy.LinearDigest));
        holder.HandleShare(late.CreateShareDelivery(3, 0));
        scenario.Deliver(server, 0, [.. server.Accepted.Skip(1).Select(s => new CertificateEntry(s.Client, s.Hash))]);
        CertificateProposal proposal =
            scenario.Propose(round, [copy.Statement, .. server.Accepted.Skip(1), victim.Header.Statement]);
        Violation.Expect(ViolationCode.DuplicateCiphertext, () => holder.HandleProposal(proposal));
    }

    [Fact]
    public void A_ciphertext_that_somebody_scaled_on_the_way_does_not_match_the_signed_root()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.StartServer(round);
        Contribution contribution = scenario.Contribute(round, 0);
        foreach (ContributionChunk chunk in contribution.Chunks)
        {
            server.HandleChunk(new ContributionChunk(chunk.Context, chunk.Client, chunk.Index,
                PackedResidues.Scale(scenario.Plan, chunk.Packed.Span, 2)));
        }

        Violation.Expect(ViolationCode.RootMismatch, () => server.HandleContribution(contribution.Header));
        server.Accept(contribution);
        Assert.Single(server.Accepted);
    }

    /// <summary>
    /// A ciphertext that is scaled before it is signed is a malformed contribution: its group has no sum.
    /// </summary>
    [Fact]
    public void A_scaled_ciphertext_of_a_client_spoils_its_group_and_opens_nothing()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 1, 2, 3);
        server.Accept(new ContributionForge
        { Chunk = chunk => PackedResidues.Scale(scenario.Plan, chunk, 2).CopyTo(chunk, 0) }.Create(
                scenario, round, 0));

        AggregationResult result = scenario.Open(server, scenario.Agree(server));
        Assert.Equal(0, result.Contributors);
        Assert.NotEqual(GroupStatus.Opened, Assert.Single(result.Groups).Status);
    }
}
