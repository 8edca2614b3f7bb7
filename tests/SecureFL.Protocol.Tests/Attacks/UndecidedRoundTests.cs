using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// A server, or a thief, that opens a round long after it collected: attack B6. Key holders erase the keys of rounds
/// that nobody decided within the life that the plan gives them.
/// </summary>
public sealed class UndecidedRoundTests : IDisposable
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private readonly Scenario _scenario = new();

    public void Dispose() => _scenario.Dispose();

    [Fact]
    public void A_server_cannot_open_a_round_beyond_its_life()
    {
        AggregationServer server = _scenario.Gather(_scenario.OpenRound());
        CertificateProposal proposal = server.Close().Proposal;
        _scenario.Clock.Advance(Year);

        Assert.All(_scenario.Holders, holder =>
        {
            Violation.Expect(ViolationCode.RoundDead, () => holder.HandleProposal(proposal));
            Assert.Empty(_scenario.Keys[holder.Index].Numbers);
            Assert.Equal(0, holder.RoundsInMemory);
            Assert.Equal(0UL, holder.CreateRoundDeath(0).Context.Round);
        });
    }

    [Fact]
    public void A_certificate_beyond_the_rounds_life_opens_nothing()
    {
        AggregationServer server = _scenario.Gather(_scenario.OpenRound());
        RoundCertificate certificate = _scenario.Agree(server);
        _scenario.Clock.Advance(Year);

        Assert.All(_scenario.Holders,
            holder => Violation.Expect(ViolationCode.RoundDead, () => holder.HandleCertificate(certificate)));
    }

    /// <summary>The thief rules over its clocks, and has an old copy of the ledgers; the keys are gone.</summary>
    [Fact]
    public void A_thief_of_key_holders_files_finds_no_keys_of_a_round_beyond_its_life()
    {
        RoundInvitation round = _scenario.OpenRound();
        AggregationServer server = _scenario.Gather(round);
        IReadOnlyList<ReadOnlyMemory<byte>>[] old = [.. _scenario.Ledgers.Select(ledger => ledger.ReadAll())];
        _scenario.Clock.Advance(Year);
        Assert.All(_scenario.Holders, holder => Assert.Equal([0UL], holder.EndExpiredRounds()));
        Assert.All(_scenario.Holders, holder => Assert.Empty(holder.EndExpiredRounds()));
        _scenario.Clock.Advance(-Year);

        KeyHolder[] stolen = [.. new[] { 0, 1 }.Select(holder => _scenario.StartHolder(holder,
            new InMemoryLedgerStorage(old[holder]), _scenario.Keys[holder]))];
        stolen[0].HandleLedgerHead(stolen[1].HandleLedgerHeadRequest(stolen[0].CreateLedgerHeadRequest()));
        stolen[1].HandleLedgerHead(stolen[0].HandleLedgerHeadRequest(stolen[1].CreateLedgerHeadRequest()));

        Assert.All(stolen, holder =>
            Assert.Throws<LedgerUnavailableException>(() => holder.HandleOpening(round.Opening)));
        Assert.Equal(4, server.Accepted.Count());
    }

    [Fact]
    public void A_holder_that_starts_too_late_erases_the_key_before_any_peer_has_answered()
    {
        RoundInvitation round = _scenario.OpenRound();
        _scenario.Clock.Advance(Year);
        KeyHolder late = _scenario.StartHolder(0, _scenario.Ledgers[0], _scenario.Keys[0]);

        Assert.Equal([0UL], late.EndExpiredRounds());
        Assert.Empty(late.EndExpiredRounds());
        Assert.Empty(_scenario.Keys[0].Numbers);
        Violation.Expect(ViolationCode.RoundDead, () => late.HandleOpening(round.Opening));
        _scenario.Confirm(late);
        Assert.Equal([0UL], late.EndExpiredRounds());
        Assert.Equal(0, late.CreateRoundDeath(0).Holder);
    }

    /// <summary>A clock that was wrong for an hour costs nothing: the process knows how long it has run.</summary>
    [Fact]
    public void A_clock_that_is_set_back_hinders_no_round_of_a_running_process()
    {
        RoundInvitation round = _scenario.OpenRound();
        _scenario.Clock.Advance(-TimeSpan.FromHours(1));

        Assert.Empty(_scenario.Holders[0].EndExpiredRounds());
        _scenario.Holders[0].HandleOpening(round.Opening);
        _scenario.Holders[0].CreateOpeningEntry(1, default, _scenario.Versions);
        Assert.Empty(_scenario.Holders[0].EndExpiredRounds());
    }

    /// <summary>A restarted holder cannot tell how long a round has lived whose entry is in the future.</summary>
    [Fact]
    public void A_clock_that_was_set_back_before_a_restart_ends_earlier_rounds_and_no_later_one()
    {
        _scenario.OpenRound();
        _scenario.Clock.Advance(TimeSpan.FromDays(29));
        _scenario.Holders[0].CreateOpeningEntry(1, default, _scenario.Versions);
        _scenario.Clock.Advance(-TimeSpan.FromDays(28));
        KeyHolder restarted = _scenario.StartHolder(0, _scenario.Ledgers[0], _scenario.Keys[0]);
        _scenario.Confirm(restarted);

        Assert.Equal([0UL, 1UL], restarted.EndExpiredRounds());
        restarted.CreateOpeningEntry(2, default, _scenario.Versions);
        Assert.Empty(restarted.EndExpiredRounds());
        Assert.Equal([2UL], _scenario.Keys[0].Numbers);
    }

    /// <summary>A wall clock that stands still does not keep a round alive.</summary>
    [Fact]
    public void Time_that_the_process_has_run_counts_whatever_the_wall_clock_says()
    {
        RoundInvitation round = _scenario.OpenRound();
        _scenario.Clock.Run(TimeSpan.FromDays(29));
        Assert.Empty(_scenario.Holders[0].EndExpiredRounds());
        _scenario.Clock.Run(TimeSpan.FromDays(2));

        Violation.Expect(ViolationCode.RoundDead, () => _scenario.Holders[0].HandleOpening(round.Opening));
    }

    [Fact]
    public void A_decided_round_does_not_expire()
    {
        AggregationServer server = _scenario.Gather(_scenario.OpenRound());
        RoundCertificate certificate = _scenario.Agree(server);
        byte[] release = _scenario.Holders[0].HandleCertificate(certificate).Encode();
        _scenario.Clock.Advance(Year);

        Assert.Empty(_scenario.Holders[0].EndExpiredRounds());
        Assert.Equal(release, _scenario.Holders[0].HandleCertificate(certificate).Encode());
    }
}
