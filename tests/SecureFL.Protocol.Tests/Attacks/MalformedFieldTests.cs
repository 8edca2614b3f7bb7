using System.Buffers.Binary;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>Truncated, oversized and out-of-range fields: refused before anything is allocated or used.</summary>
public sealed class MalformedFieldTests
{
    private const int ContextBytes = 2 + 1 + 32 + 16 + 8;

    [Fact]
    public void A_count_beyond_the_plans_limit_is_oversized()
    {
        using MessageZoo zoo = new();
        byte[] opening = zoo.Encode(MessageType.RoundOpening);
        BinaryPrimitives.WriteUInt32BigEndian(opening.AsSpan(ContextBytes + 32 + 1 + 8), uint.MaxValue);
        Violation.Expect(ViolationCode.Oversized, () => zoo.Recode(MessageType.RoundOpening, opening));

        byte[] release = zoo.Encode(MessageType.Release);
        BinaryPrimitives.WriteUInt32BigEndian(release.AsSpan(ContextBytes + 32 + 32 + 4), 1_000_000);
        Violation.Expect(ViolationCode.Oversized, () => zoo.Recode(MessageType.Release, release));
    }

    [Fact]
    public void A_count_within_the_limit_but_beyond_the_bytes_is_truncated_and_allocates_nothing()
    {
        using Scenario big = new(clients: 3000, configure: null);
        byte[] message = [(byte)MessageType.Release, ProtocolLimits.Version, .. new byte[1 + 32 + 16 + 8],
            .. new byte[32 + 32 + 4],
            .. BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(2000u))];
        message[2] = 1;
        big.Plan.Digest.CopyTo(message.AsSpan(3));
        big.Plan.Session.ToArray().CopyTo(message, 35);
        Violation.Expect(ViolationCode.Truncated, () => Release.Parse(message, big.Plan.Limits));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Violation.Expect(ViolationCode.Truncated, () => Release.Parse(message, big.Plan.Limits));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64_000);
    }

    [Fact]
    public void An_index_that_the_plan_does_not_list_is_refused()
    {
        using MessageZoo zoo = new();
        byte[] vote = zoo.Encode(MessageType.Vote);
        vote[^65] = 3;
        Violation.Expect(ViolationCode.NotEnrolled, () => zoo.Recode(MessageType.Vote, vote));
    }

    [Fact]
    public void A_round_that_the_plan_does_not_have_is_refused()
    {
        using MessageZoo zoo = new();
        byte[] vote = zoo.Encode(MessageType.Vote);
        vote[ContextBytes - 8] = 1;
        Violation.Expect(ViolationCode.WrongRound, () => zoo.Recode(MessageType.Vote, vote));
    }

    [Fact]
    public void Another_version_suite_session_or_type_is_refused_by_name()
    {
        using MessageZoo zoo = new();
        (int Offset, ViolationCode Code)[] fields =
        [
            (0, ViolationCode.WrongMessageType), (1, ViolationCode.WrongVersion), (2, ViolationCode.WrongSuite),
            (3, ViolationCode.WrongPlan), (35, ViolationCode.WrongSession),
        ];
        foreach ((int offset, ViolationCode code) in fields)
        {
            byte[] vote = zoo.Encode(MessageType.Vote);
            vote[offset] ^= 0x40;
            Violation.Expect(code, () => zoo.Recode(MessageType.Vote, vote));
        }
    }

    [Fact]
    public void A_chunk_of_another_length_out_of_order_or_after_the_header_is_refused()
    {
        using Scenario scenario = new(vectorLength: 3000);
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.StartServer(round);
        Contribution contribution = scenario.Contribute(round, 0);
        Assert.True(contribution.Chunks.Length > 1);
        ContributionChunk first = contribution.Chunks[0];

        Violation.Expect(ViolationCode.ChunkOrder, () => server.HandleChunk(contribution.Chunks[1]));
        Violation.Expect(ViolationCode.ChunkOrder,
            () => server.HandleChunk(new ContributionChunk(first.Context, 0, 0, first.Packed[1..])));
        Violation.Expect(ViolationCode.ChunkOrder, () => server.HandleContribution(contribution.Header));
        server.HandleChunk(first);
        Violation.Expect(ViolationCode.ChunkOrder, () => server.HandleChunk(first));
        server.Forget(0);
        server.Accept(contribution);
        Violation.Expect(ViolationCode.DuplicateContribution, () => server.HandleChunk(first));
    }

    [Fact]
    public void A_residue_that_is_not_below_its_prime_is_refused_before_it_is_stored()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.StartServer(round);
        ContributionChunk chunk = scenario.Contribute(round, 0).Chunks[0];
        byte[] packed = new byte[chunk.Packed.Length];
        Array.Fill(packed, (byte)255);

        ProtocolViolationException refusal = Violation.Expect(
            ViolationCode.MalformedCiphertext,
            () => server.HandleChunk(new ContributionChunk(chunk.Context, 0, 0, packed)));
        Assert.Equal(Party.Client(0), refusal.Offender);
    }

    /// <summary>More clients may be enrolled than a sum has room for.</summary>
    [Fact]
    public void More_contributions_than_the_lanes_are_sized_for_are_refused_by_server_and_holder()
    {
        using Scenario scenario = new(clients: 5, configure: s => s with { Parameters = Sized(s, maxClients: 4) });
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 0, 1, 2, 3);
        Contribution fifth = scenario.Contribute(round, 4);
        CertificateProposal tooMany = scenario.Propose(round, server.Accepted.Append(fifth.Header.Statement));

        Violation.Expect(ViolationCode.RoundClosed, () => server.Accept(fifth));
        Violation.Expect(ViolationCode.Oversized,
            () => CertificateRules.Require(tooMany, round.Opening, scenario.Plan));
        Violation.Expect(ViolationCode.Oversized,
            () => CertificateProposal.Parse(tooMany.Encode(), scenario.Plan.Limits));

        static AggregationParameters Sized(PlanSettings s, int maxClients) =>
            AggregationPlanner.Plan(
                new PlanningRequest(s.Parameters.FloatLength, s.Parameters.Bits, s.Parameters.Clip, maxClients));
    }

    [Fact]
    public void A_contribution_after_the_round_closed_is_refused()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 0, 1, 2);
        server.Close();

        Violation.Expect(ViolationCode.RoundClosed, () => server.Accept(scenario.Contribute(round, 3)));
    }
}
