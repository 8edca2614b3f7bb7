using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>Nothing that key holders sign links one round to the next.</summary>
public sealed class OmittedRoundTests
{
    [Fact]
    public void A_closed_transcript_leaves_out_a_round_that_was_opened()
    {
        using Scenario scenario = new(clients: 6);

        // Three clients and all holders see round 0; the other three train on the same head in round 1, and all of them
        // on what comes of that.
        AggregationServer hidden = scenario.Gather(scenario.OpenRound(0), 0, 1, 2);
        AggregationResult learned = scenario.Open(hidden, scenario.Agree(hidden));
        Transcript transcript = new(scenario.Plan, scenario.Identities.Server);
        List<byte> bytes = [.. transcript.Begin(), .. transcript.Append(scenario.Versions[0])];
        Record(scenario, transcript, bytes, round: 1, 3, 4, 5);
        Record(scenario, transcript, bytes, round: 2, 0, 1, 2, 3, 4, 5);
        bytes.AddRange(transcript.End());

        // The outcome: the transcript is valid and closed, and says nothing of round 0.
        scenario.AssertSum(learned, 0, 1, 2);
        TranscriptReport report = TranscriptVerifier.Verify([.. bytes]);
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
        Assert.Equal([1UL, 2UL], report.Rounds.Select(round => round.Round));
        Assert.Empty(report.DeadRounds);
    }

    private static void Record(Scenario scenario, Transcript transcript, List<byte> bytes, ulong round,
        params int[] clients)
    {
        AggregationServer server = scenario.Gather(scenario.OpenRound(round), clients);
        AggregationResult result = scenario.Open(server, scenario.Agree(server));
        ModelVersion next = server.Advance(result);
        scenario.Versions.Add(next);
        bytes.AddRange(transcript.Append([.. server.CreateRecords(result), next]));
    }
}
