using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Tests.Support;

namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>
/// A server that is killed after any step and restored from what was durable goes on with the same bytes.
/// </summary>
public sealed class RestoredServerTests
{
    private const int Steps = 9;

    public static TheoryData<int> EveryStep => [.. Enumerable.Range(0, Steps)];

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void A_server_killed_after_any_step_opens_the_same_sum(int killedAfter)
    {
        using Scenario scenario = new(vectorLength: 20_000);
        RoundInvitation invitation = scenario.OpenRound();
        Contribution[] contributions =
            [.. Enumerable.Range(0, 3).Select(client => scenario.Contribute(invitation, client))];
        Durable durable = new();
        AggregationServer server = durable.Start(scenario, invitation);
        byte[]? proposal = null;
        for (int step = 0; step < Steps; step++)
        {
            if (step < 2)
            {
                server.HandleChunk(contributions[0].Chunks[step]);
            }
            else if (step < 5)
            {
                Contribution contribution = contributions[step - 2];
                foreach (ContributionChunk chunk in
                    contribution.Chunks.Skip((int)server.OpenUpload(step - 2).NextChunk))
                {
                    server.HandleChunk(chunk);
                }

                Assert.True(server.CheckContribution(contribution.Header));
                durable.Headers.Add(contribution.Header.Encode());
                server.HandleContribution(contribution.Header);
            }
            else if (step == 5)
            {
                durable.Proposal = proposal = server.Close().Proposal.Encode();
            }
            else if (step == 6)
            {
                foreach (KeyHolder holder in scenario.Holders)
                {
                    scenario.Deliver(server, holder.Index, server.Close().Proposal.Entries);
                    durable.Votes.Add(holder.HandleProposal(server.Close().Proposal).Encode());
                    server.HandleVote(Vote.Parse(durable.Votes[^1], scenario.Plan.Limits));
                }
            }
            else
            {
                durable.Releases.Add(scenario.Holders[step - 7].HandleCertificate(server.CreateCertificate()).Encode());
                server.HandleRelease(Release.Parse(durable.Releases[^1], scenario.Plan.Limits));
            }

            if (step == killedAfter)
            {
                server = durable.Start(scenario, invitation);
            }
        }

        Assert.Equal(proposal, server.Close().Proposal.Encode());
        AggregationResult result = server.Open();
        scenario.AssertSum(result, 0, 1, 2);
        AggregationServer again = durable.Start(scenario, invitation);
        Assert.Equal(result.Digest, again.Open().Digest);
        Assert.Equal(
            server.CreateRecords(result).SkipLast(1).Select(record => record.Hash),
            again.CreateRecords(result).SkipLast(1).Select(record => record.Hash));
    }

    [Fact]
    public void A_stored_chunk_that_has_rotted_is_refused_when_its_upload_is_taken_up()
    {
        using Scenario scenario = new();
        RoundInvitation invitation = scenario.OpenRound();
        InMemoryContributionStore store = new();
        byte[] rotten = new byte[scenario.Plan.Parameters.ChunkBytes];
        Array.Fill(rotten, (byte)0xFF);
        store.Write(0, 0, rotten);
        using AggregationServer server =
            new(scenario.Plan, invitation, scenario.Identities.Server, scenario.Clock, store);
        Violation.Expect(ViolationCode.MalformedCiphertext, () => server.OpenUpload(0).Restore(1));
    }

    [Fact]
    public void A_stored_header_of_another_round_is_refused()
    {
        using Scenario scenario = new();
        Contribution old = scenario.Contribute(scenario.OpenRound(0), 0);
        using AggregationServer server = scenario.StartServer(scenario.OpenRound(1));
        Violation.Expect(ViolationCode.WrongRound, () => server.RestoreContribution(old.Header));
    }

    [Fact]
    public void A_stored_proposal_lists_accepted_contributions_only()
    {
        using Scenario scenario = new();
        RoundInvitation invitation = scenario.OpenRound();
        CertificateProposal proposal = scenario.Gather(invitation).Close().Proposal;
        using AggregationServer empty = scenario.StartServer(invitation);
        Violation.Expect(ViolationCode.UncheckedContribution, () => empty.RestoreProposal(proposal));
    }

    [Fact]
    public void An_upload_takes_no_chunk_of_another_client()
    {
        using Scenario scenario = new();
        RoundInvitation invitation = scenario.OpenRound();
        Contribution contribution = scenario.Contribute(invitation, 1);
        using AggregationServer server = scenario.StartServer(invitation);
        Violation.Expect(ViolationCode.NotEnrolled, () => server.OpenUpload(0).HandleChunk(contribution.Chunks[0]));
    }

    [Fact]
    public void A_store_that_fails_leaves_the_upload_where_it_was()
    {
        using Scenario scenario = new(vectorLength: 20_000);
        RoundInvitation invitation = scenario.OpenRound();
        Contribution contribution = scenario.Contribute(invitation, 0);
        FullStore store = new();
        using AggregationServer server =
            new(scenario.Plan, invitation, scenario.Identities.Server, scenario.Clock, store);
        server.HandleChunk(contribution.Chunks[0]);
        store.IsFull = true;
        Assert.Throws<IOException>(() => server.HandleChunk(contribution.Chunks[1]));
        Assert.Equal(1, server.OpenUpload(0).NextChunk);
        store.IsFull = false;
        foreach (ContributionChunk chunk in contribution.Chunks.Skip(1))
        {
            server.HandleChunk(chunk);
        }

        server.HandleContribution(contribution.Header);
        Assert.Single(server.Accepted);
    }

    [Fact]
    public void A_withdrawn_contribution_is_listed_no_more()
    {
        using Scenario scenario = new();
        RoundInvitation invitation = scenario.OpenRound();
        using AggregationServer server = scenario.Gather(invitation);
        foreach (KeyHolder holder in scenario.Holders)
        {
            foreach (int client in Enumerable.Range(0, 4))
            {
                server.HandleReceipt(holder.HandleShare(server.CreateShareDelivery(client, holder.Index)));
            }
        }

        server.Forget(2);
        Assert.Equal([0, 1, 3], server.Confirmed.Order());
        Assert.Equal([0, 1, 3], server.Close().Proposal.Entries.Select(entry => entry.Client));
    }

    private sealed class Durable
    {
        private readonly InMemoryContributionStore _store = new();

        public List<byte[]> Headers { get; } = [];

        public byte[]? Proposal { get; set; }

        public List<byte[]> Votes { get; } = [];

        public List<byte[]> Releases { get; } = [];

        public AggregationServer Start(Scenario scenario, RoundInvitation invitation)
        {
            AggregationPlan plan = scenario.Plan;
            AggregationServer server = new(plan, RoundInvitation.Parse(invitation.Encode(), plan.Limits),
                scenario.Identities.Server, scenario.Clock, _store);
            foreach (byte[] header in Headers)
            {
                server.RestoreContribution(ContributionHeader.Parse(header, plan.Limits));
            }

            long chunks = _store.Count(Headers.Count);
            if (chunks > 0)
            {
                server.OpenUpload(Headers.Count).Restore(chunks);
            }

            if (Proposal is not null)
            {
                server.RestoreProposal(CertificateProposal.Parse(Proposal, plan.Limits));
            }

            Votes.ForEach(vote => server.HandleVote(Vote.Parse(vote, plan.Limits)));
            Releases.ForEach(release => server.HandleRelease(Release.Parse(release, plan.Limits)));
            return server;
        }
    }

    private sealed class FullStore : IContributionStore
    {
        private readonly InMemoryContributionStore _store = new();

        public bool IsFull { get; set; }

        public void Write(int client, long chunk, ReadOnlySpan<byte> packed)
        {
            if (IsFull)
            {
                throw new IOException("no space left on device");
            }

            _store.Write(client, chunk, packed);
        }

        public void Read(int client, long chunk, Span<byte> packed) => _store.Read(client, chunk, packed);

        public void Remove(int client) => _store.Remove(client);
    }
}
