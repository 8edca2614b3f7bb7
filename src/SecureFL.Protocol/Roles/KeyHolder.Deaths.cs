using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites;

namespace SecureFL.Protocol.Roles;

public sealed partial class KeyHolder
{
    /// <summary>
    /// Promises that this holder never released the round and never will; durable before it is returned. Refused after
    /// a release, and while a vote's deadline runs.
    /// </summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.RoundReleased"/>,
    /// <see cref="ViolationCode.WrongDeadline"/>.</exception>
    /// <exception cref="StaleLedgerException">The ledger is not confirmed.</exception>
    public RoundDeath CreateRoundDeath(ulong round)
    {
        lock (_lock)
        {
            _freshness.Require();
            RoundContext context = RoundRules.Context(_plan, round);
            if (_ledger.State.DeathOf(round) is { } former)
            {
                Forget(round, RoundEnd.Dead);
                return former;
            }

            RoundRules.RequireMayDie(_ledger.State, round, _clock.GetUtcNow(), _lives.IsOver(round));
            return Die(context);
        }
    }

    /// <summary>
    /// Ends the undecided rounds whose life is over: their keys and shares are erased, and their deaths are durable
    /// where the ledger is confirmed. To be called from time to time; every task of such a round does it, too.
    /// </summary>
    /// <returns>The rounds, ascending.</returns>
    /// <exception cref="LedgerUnavailableException">A write to the ledger failed.</exception>
    public IReadOnlyList<ulong> EndExpiredRounds()
    {
        lock (_lock)
        {
            ulong[] expired = _lives.Expired(withErased: IsConfirmed);
            foreach (ulong round in expired)
            {
                Expire(round);
            }

            return expired;
        }
    }

    /// <summary>
    /// Takes the proof that a round can never open: its contributors may be listed again on the same base model.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Too few deaths, or a forged one.</exception>
    public void HandleRoundDeath(RoundDeathCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        lock (_lock)
        {
            DeathRules.Require(certificate, _plan);
            if (!_ledger.State.IsProvenDead(certificate.Context.Round))
            {
                _ledger.Record(certificate);
            }

            Forget(certificate.Context.Round, RoundEnd.Dead);
        }
    }

    // An unconfirmed ledger signs nothing; what is erased cannot be released all the same.
    private void Expire(ulong round)
    {
        if (IsConfirmed)
        {
            Die(RoundRules.Context(_plan, round));
        }
        else
        {
            Forget(round, RoundEnd.Dead);
            _lives.NoteErased(round);
        }
    }

    private RoundDeath Die(RoundContext context)
    {
        RoundDeath death = RoundDeath.Create(context, Index, _identity);
        _ledger.Record(death);
        Forget(context.Round, RoundEnd.Dead);
        return death;
    }

    private void RequireAlive(ulong round)
    {
        LedgerState state = _ledger.State;
        bool isExpired = !state.IsOver(round) && _lives.IsOver(round);
        if (isExpired)
        {
            Expire(round);
        }

        RoundRules.RequireAlive(state, round);
        if (isExpired)
        {
            throw new ProtocolViolationException(ViolationCode.RoundDead, Party.Server,
                $"a round within {_plan.Settings.RoundLifeSeconds} seconds of its opening", $"round {round}, expired");
        }
    }
}
