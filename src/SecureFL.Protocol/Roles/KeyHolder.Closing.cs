using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Suites;

namespace SecureFL.Protocol.Roles;

public sealed partial class KeyHolder
{
    /// <summary>
    /// Extends the known model chain and closes the plan: this holder enters no round and votes for no set of it any
    /// more. Durable before it is returned; a replay returns the same statement.
    /// </summary>
    /// <param name="versions">Versions that may be new to the holder, oldest first; known ones are skipped.</param>
    /// <exception cref="ProtocolViolationException">A broken chain, or another head than it closed on.</exception>
    /// <exception cref="Stores.StaleLedgerException">The ledger is not confirmed.</exception>
    public ClosingStatement CreateClosingStatement(IReadOnlyList<ModelVersion> versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        lock (_lock)
        {
            _freshness.Require();
            Digest head = Extend(versions);
            if (_ledger.State.Closing is { } former)
            {
                return former.Head == head ? former
                    : throw new ProtocolViolationException(ViolationCode.WrongHead, Party.Server,
                        $"the plan's end on head {former.Head.ToShortString()}", head.ToShortString());
            }

            ClosingStatement statement = ClosingStatement.Create(_plan.Context(0), head, Index,
                _ledger.State.VotedSinceHead, _identity);
            _ledger.Record(statement);
            return statement;
        }
    }

    // The chain with the versions shown; what it says of rounds that are over is done at once.
    private Digest Extend(IReadOnlyList<ModelVersion> versions)
    {
        foreach (ModelVersion version in versions)
        {
            _ledger.Record(version);
            if (version.Number > 0)
            {
                Forget(version.Context.Round, RoundEnd.Opened);
            }
        }

        return _ledger.State.Chain.Head?.Hash
            ?? throw new ProtocolViolationException(ViolationCode.BrokenModelChain, Party.Server, "a model version",
                "none");
    }
}
