using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// A server opens a round and leaves it out of the transcript: entries and closing statements of honest key holders
/// name the rounds that they voted in, and every later quorum has an honest one of those that agreed.
/// </summary>
public sealed class OmittedRoundTests
{
    [Fact]
    public void A_round_that_was_opened_cannot_be_left_out_before_another()
    {
        using Scenario scenario = new(clients: 6);

        // Three clients and all holders see round 0; the other three train on the same head in round 1.
        AggregationServer hidden = scenario.Gather(scenario.OpenRound(0), 0, 1, 2);
        AggregationResult learned = scenario.Open(hidden, scenario.Agree(hidden));
        Recording recording = new(scenario);
        recording.Record(round: 1, 3, 4, 5);
        recording.Add(scenario.Close());

        scenario.AssertSum(learned, 0, 1, 2);
        recording.ExpectFault(record: 2, ViolationCode.BrokenTranscript, "key holder 0: expected round 0");
    }

    [Fact]
    public void A_round_that_was_opened_cannot_be_left_out_at_the_end()
    {
        using Scenario scenario = new(clients: 6);
        Recording recording = new(scenario);
        recording.Record(round: 0, 3, 4, 5);
        AggregationServer hidden = scenario.Gather(scenario.OpenRound(1), 0, 1, 2);
        scenario.Open(hidden, scenario.Agree(hidden));
        recording.Add(scenario.Close());

        recording.ExpectFault(recording.Records - 1, ViolationCode.BrokenTranscript, "key holder 0: expected round 1");
    }

    [Fact]
    public void Neither_can_a_round_that_died_after_a_vote()
    {
        using Scenario scenario = new(clients: 6);
        RoundDeathCertificate dead = Kill(scenario, 0);
        Recording without = new(scenario);
        Recording with = new(scenario);
        with.Add(dead);
        RoundInvitation next = scenario.OpenRound(1);
        without.Add(next.Opening);
        with.Add(next.Opening);
        without.ExpectFault(record: 2, ViolationCode.BrokenTranscript, "round 0, in which it voted before it entered");
        with.ExpectFault(record: 4, ViolationCode.Truncated, "the rest of round 1");
    }

    [Fact]
    public void A_dead_round_does_not_hide_one_that_was_opened_before_it()
    {
        using Scenario scenario = new(clients: 6);
        AggregationServer hidden = scenario.Gather(scenario.OpenRound(0), 0, 1, 2);
        scenario.Open(hidden, scenario.Agree(hidden));
        Recording recording = new(scenario);
        recording.Add(Kill(scenario, 1, 3, 4, 5));
        recording.Add(scenario.OpenRound(2).Opening);
        recording.ExpectFault(record: 3, ViolationCode.BrokenTranscript, "key holder 0: expected round 0");
    }

    /// <summary>One holder that was not there, f that lie: one honest voter in the opening is enough.</summary>
    [Fact]
    public void Holders_that_say_nothing_of_their_votes_do_not_hide_a_round()
    {
        using Scenario scenario = new(clients: 6, keyHolders: 5, threshold: 3, colluding: 2);
        AggregationServer hidden = scenario.Gather(scenario.OpenRound(0, [0, 1, 2, 3]), 0, 1, 2);
        scenario.Open(hidden, scenario.Agree(hidden));
        RoundInvitation next = scenario.Invite(1, [1, 2, 3, 4]);
        RoundOpening lied = RoundOpening.Create(next.Opening.Context, next.Opening.Head, default,
            [.. next.Opening.Entries.Select(entry => entry.Holder < 3 ? Silent(scenario, entry) : entry)]);
        Recording recording = new(scenario);
        recording.Add(lied);
        recording.ExpectFault(record: 2, ViolationCode.BrokenTranscript, "key holder 3: expected round 0");
    }

    [Fact]
    public void An_honest_server_takes_no_entry_that_its_transcript_could_not_answer_for()
    {
        using Scenario scenario = new();
        RoundOpeningEntry entry = scenario.Invite(1).Opening.Entries[0];
        RoundOpeningEntry invented = RoundOpeningEntry.Create(entry.Context, entry.Head, entry.Task, 0,
            entry.Nonce.Span, entry.PublicKey.Span, [0], scenario.Identities.KeyHolders[0]);
        Protocol.Rules.RoundOpener honest = new(scenario.Plan, 1, scenario.Versions, default);
        honest.HandleEntry(entry);
        ProtocolViolationException refusal =
            Violation.Expect(ViolationCode.BrokenTranscript, () => honest.HandleEntry(invented));
        Assert.Equal(Party.KeyHolder(0), refusal.Offender);
    }

    [Fact]
    public void A_holder_goes_forward_alone()
    {
        using Scenario scenario = new(clients: 6);
        RoundInvitation first = scenario.OpenRound(0);
        AggregationServer server = scenario.Gather(first, 0, 1, 2);
        CertificateProposal proposal = server.Close().Proposal;
        foreach (ContributionStatement statement in server.Accepted)
        {
            scenario.Holders[0].HandleShare(server.CreateShareDelivery(statement.Client, 0));
        }

        scenario.Holders[0].CreateOpeningEntry(2, default, scenario.Versions);
        Violation.Expect(ViolationCode.WrongRound, () => scenario.Holders[0].HandleProposal(proposal));
        Violation.Expect(ViolationCode.WrongRound,
            () => scenario.Holders[0].CreateOpeningEntry(1, default, scenario.Versions));
    }

    [Fact]
    public void A_holder_that_closed_the_plan_enters_nothing_and_votes_for_nothing()
    {
        using Scenario scenario = new(clients: 6);
        AggregationServer server = scenario.Gather(scenario.OpenRound(0), 0, 1, 2);
        CertificateProposal proposal = server.Close().Proposal;
        KeyHolder holder = scenario.Holders[0];
        foreach (ContributionStatement statement in server.Accepted)
        {
            holder.HandleShare(server.CreateShareDelivery(statement.Client, 0));
        }

        ClosingStatement closed = holder.CreateClosingStatement(scenario.Versions);
        Assert.Equal(closed.Encode(), holder.CreateClosingStatement(scenario.Versions).Encode());
        Violation.Expect(ViolationCode.RoundClosed, () => holder.HandleProposal(proposal));
        Violation.Expect(ViolationCode.RoundClosed, () => holder.CreateOpeningEntry(1, default, scenario.Versions));

        // So does one that starts again on its ledger.
        KeyHolder again = scenario.StartHolder(0, scenario.Ledgers[0], scenario.Keys[0]);
        scenario.Confirm(again);
        Violation.Expect(ViolationCode.RoundClosed, () => again.CreateOpeningEntry(1, default, scenario.Versions));
        Assert.Equal(closed.Encode(), again.CreateClosingStatement([]).Encode());
    }

    [Fact]
    public void Too_few_holders_close_nothing()
    {
        using Scenario scenario = new(colluding: 1);
        Recording recording = new(scenario);
        recording.Add(scenario.Close(0, 1));
        recording.ExpectFault(record: 2, ViolationCode.OpeningBelowQuorum, "3 closing statements");
    }

    private static RoundOpeningEntry Silent(Scenario scenario, RoundOpeningEntry entry) => RoundOpeningEntry.Create(
        entry.Context, entry.Head, entry.Task, entry.Holder, entry.Nonce.Span, entry.PublicKey.Span, [],
        scenario.Identities.KeyHolders[entry.Holder]);

    // All holders vote, and promise after the deadline that they never release.
    private static RoundDeathCertificate Kill(Scenario scenario, ulong round, params int[] clients)
    {
        AggregationServer server = scenario.Gather(scenario.OpenRound(round), clients.Length > 0 ? clients : [0, 1, 2]);
        scenario.Agree(server);
        scenario.Clock.Advance(TimeSpan.FromDays(2));
        RoundDeath[] deaths = [.. scenario.Holders.Select(holder => holder.CreateRoundDeath(round))];
        return RoundDeathCertificate.Create(deaths[0].Context, deaths);
    }

    private sealed class Recording(Scenario scenario)
    {
        private readonly List<ProtocolMessage> _messages = [scenario.Versions[0]];

        public int Records => _messages.Count + 1;

        public void Add(ProtocolMessage message) => _messages.Add(message);

        public void Record(ulong round, params int[] clients)
        {
            AggregationServer server = scenario.Gather(scenario.OpenRound(round), clients);
            AggregationResult result = scenario.Open(server, scenario.Agree(server));
            ModelVersion next = server.Advance(result);
            scenario.Versions.Add(next);
            _messages.AddRange([.. server.CreateRecords(result), next]);
        }

        public void ExpectFault(long record, ViolationCode code, string message)
        {
            Transcript transcript = new(scenario.Plan, scenario.Identities.Server);
            TranscriptReport report =
                TranscriptVerifier.Verify([.. transcript.Begin(), .. transcript.Append(_messages)]);
            Assert.NotNull(report.Fault);
            Assert.Equal((record, code), (report.Fault.Record, report.Fault.Code));
            Assert.Contains(message, report.Fault.Message, StringComparison.Ordinal);
        }
    }
}
