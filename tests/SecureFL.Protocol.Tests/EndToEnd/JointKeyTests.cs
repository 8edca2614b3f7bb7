using SecureFL.Messages.Counters;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>The joint-key suite through the embedding API, by one argument.</summary>
public sealed class JointKeyTests
{
    [Fact]
    public void Several_chunks_random_groups_counters_and_a_weight()
    {
        CounterLayout counters = new(1000, new Counter("rows", 100_000));
        LocalParties parties = new(7, 5);
        AggregationPlan plan = parties.CreatePlan(
            200_000, 1f, 8, 3, 3, 1, counters: counters, configure: s => s with { GroupSize = 3 },
            suite: Suite.JointKey, roundsPerKey: 50);
        Assert.True(plan.Parameters.ChunkCount > 1);
        List<byte> transcript = [];
        StoredCiphertexts kept = new();
        using LocalConsortium session =
            new(plan, parties, bytes => transcript.AddRange(bytes.ToArray()), round => kept.Round(round));
        for (int round = 0; round < 2; round++)
        {
            using AggregationServer server = session.OpenRound();
            foreach (AggregationClient client in session.Clients)
            {
                float[] vector = [.. Enumerable.Range(0, 200_000).Select(i => MathF.Cos(i * (client.Index + 1)))];
                server.Accept(client.Encrypt(server.Round, vector, 10 * client.Index, 1000 + client.Index));
            }

            AggregationResult result = session.Open(server, session.Release(server));
            Assert.Equal(2, result.Groups.Length);
            Assert.Equal(7, result.Contributors);
            Assert.Equal([210, 7021], result.Counters);
            session.Advance();
        }

        session.EndTranscript();
        TranscriptReport report = TranscriptVerifier.Verify(transcript.ToArray(), kept);
        Assert.True(report is { IsValid: true, IsClosed: true }, report.ToText());
        Assert.All(report.Rounds, round => Assert.True(round.SumRecomputed));

        // A partial decryption that was changed or lost afterwards is found.
        (ulong, int, int, long) key = kept.Partials.Keys.First();
        byte[] partial = kept.Partials[key];
        partial[7] ^= 1;
        ViolationCode code = TranscriptVerifier.Verify(transcript.ToArray(), kept).Fault!.Code;
        Assert.True(code is ViolationCode.WrongPartialDecryption or ViolationCode.MalformedCiphertext, $"{code}");
        kept.Partials.Remove(key);
        Assert.Equal(ViolationCode.Truncated, TranscriptVerifier.Verify(transcript.ToArray(), kept).Fault!.Code);
    }

    [Fact]
    public void A_server_that_restarts_after_closing_takes_its_proposal_up_again()
    {
        using JointKeyScenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        Contribution[] contributions =
            [.. Enumerable.Range(0, 4).Select(c => scenario.Clients[c].Encrypt(round, scenario.Vector(c)))];
        AggregationServer first = scenario.StartServer(round);
        AggregationServer second = scenario.StartServer(round);
        AggregationServer other = scenario.StartServer(round);
        foreach (Contribution contribution in contributions)
        {
            first.Accept(contribution);
            second.Accept(contribution);
        }

        CertificateProposal proposal = first.Close().Proposal;
        Assert.Equal(proposal.Hash, second.RestoreProposal(proposal).Proposal.Hash);
        scenario.AssertSum(scenario.Open(second, scenario.Agree(second)), 0, 1, 2, 3);
        foreach (Contribution contribution in contributions[..3])
        {
            other.Accept(contribution);
        }

        Violation.Expect(ViolationCode.UncheckedContribution, () => other.RestoreProposal(proposal));
    }

    [Fact]
    public void The_plan_says_what_is_assumed()
    {
        AggregationPlan plan = new LocalParties(4, 3).CreatePlan(1000, 8f, 16, 3, 2, 1, suite: Suite.JointKey,
            roundsPerKey: 70);
        string text = plan.Describe();
        Assert.Contains("suite joint-key", text, StringComparison.Ordinal);
        Assert.Contains("70 sums", text, StringComparison.Ordinal);
        Assert.Contains("2^-43", text, StringComparison.Ordinal);
        Assert.Contains("no client colludes with the server", text, StringComparison.Ordinal);
        Assert.Equal(plan.Encode(), AggregationPlan.Parse(plan.Encode()).Encode());
        Assert.Equal(plan.Digest, AggregationPlan.Parse(plan.Encode()).Digest);
    }

    [Fact]
    public void A_plan_whose_noise_was_computed_for_other_holders_is_refused()
    {
        PlanRefusedException holders = Assert.Throws<PlanRefusedException>(() => new LocalParties(4, 3).CreatePlan(
            100, 8f, 16, 3, 2, 1, suite: Suite.JointKey, configure: s => s with { Threshold = 3 }));
        Assert.Equal("joint key", holders.Rule);
        PlanRefusedException suite = Assert.Throws<PlanRefusedException>(() => new LocalParties(4, 3).CreatePlan(
            100, 8f, 16, 3, 2, 1, suite: Suite.JointKey, configure: s => s with { Suite = Suite.OneTimeKey }));
        Assert.Equal("suite", suite.Rule);
    }
}
