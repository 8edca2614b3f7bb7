using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Rules;

/// <summary>
/// The server's first step of a round: gathers entries until there are enough, then fixes the opening. Not thread-safe.
/// </summary>
public sealed class RoundOpener
{
    private readonly AggregationPlan _plan;
    private readonly RoundContext _context;
    private readonly IReadOnlyList<ModelVersion> _versions;
    private readonly RoundTask _task;
    private readonly Func<ulong, bool> _isDead;
    private readonly SortedDictionary<int, RoundOpeningEntry> _entries = [];

    /// <summary>Opens a round on the head of <paramref name="versions"/>.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="round">The round.</param>
    /// <param name="versions">1 to K versions of the model chain, the head last.</param>
    /// <param name="task">What the round computes.</param>
    /// <param name="isDead">Whether a round is proven dead in the transcript; null where none is. An entry whose holder
    /// voted in another one since the head's would make the transcript one that does not verify: it is refused.</param>
    public RoundOpener(AggregationPlan plan, ulong round, IReadOnlyList<ModelVersion> versions, RoundTask task,
        Func<ulong, bool>? isDead = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ModelChain.RequireLinked(versions, plan);
        _plan = plan;
        _context = plan.Context(round);
        _versions = versions;
        _task = task;
        _isDead = isDead ?? (static _ => false);
    }

    /// <summary>Takes a holder's entry.</summary>
    /// <exception cref="ProtocolViolationException">Of another round or head, forged, or a second one of the
    /// holder.</exception>
    public void HandleEntry(RoundOpeningEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Require(entry);
        _entries[entry.Holder] = entry;
    }

    /// <summary>What clients fetch.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.OpeningBelowQuorum"/>.</exception>
    public RoundInvitation CreateInvitation()
    {
        RoundOpening opening = RoundOpening.Create(_context, _versions[^1].Hash, _task, _entries.Values);
        OpeningRules.Require(opening, _plan);
        return new RoundInvitation(opening, _versions);
    }

    /// <summary>Makes the checks of <see cref="HandleEntry"/>.</summary>
    internal void Require(RoundOpeningEntry entry)
    {
        OpeningRules.RequireEntry(entry, _context, _versions[^1].Hash, _task, _plan);
        OpeningRules.RequireAccount(entry, _isDead);
        if (_entries.TryGetValue(entry.Holder, out RoundOpeningEntry? known) && known.Hash != entry.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.SecondOpening, entry.Signer, "one entry a round",
                "another entry");
        }
    }
}
