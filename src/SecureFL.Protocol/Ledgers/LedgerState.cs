using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;

namespace SecureFL.Protocol.Ledgers;

/// <summary>One listed contribution of a vote: the entry and the model it was trained on.</summary>
internal readonly record struct VotedContribution(CertificateEntry Entry, Digest BaseModel);

/// <summary>What the records of a ledger amount to. Rebuilt by replaying them; not thread-safe.</summary>
internal sealed class LedgerState(AggregationPlan plan)
{
    private readonly Dictionary<ulong, (RoundOpeningEntry Entry, long Time)> _entries = [];
    private readonly Dictionary<Digest, Digest> _tasks = [];
    private readonly Dictionary<ulong, long> _marks = [];
    private readonly Dictionary<ulong, (Vote Vote, CertificateProposal Proposal)> _votes = [];
    private readonly List<ulong> _voted = [];
    private readonly Dictionary<ulong, Release> _releases = [];
    private readonly Dictionary<ulong, RoundDeath> _deaths = [];
    private readonly HashSet<ulong> _provenDead = [];
    private readonly Dictionary<Digest, ulong> _contributionRounds = [];
    private readonly Dictionary<(int Client, Digest Model), List<ulong>> _baseRounds = [];
    private readonly Vote?[] _newestVotes = new Vote?[plan.Quorum.KeyHolders];
    private readonly RoundOpeningEntry?[] _newestEntries = new RoundOpeningEntry?[plan.Quorum.KeyHolders];

    public ModelChain Chain { get; } = new(plan);

    /// <summary>What the plan's suite reads out of the ledger; null where it keeps nothing there.</summary>
    public ISuiteLedger? Suite { get; } = plan.Layout.CreateLedger();

    public RoundOpeningEntry? EntryOf(ulong round) => _entries.GetValueOrDefault(round).Entry;

    /// <summary>Digest of the task that this holder gave an entry for on a head; null for none.</summary>
    public Digest? TaskOn(Digest head) => _tasks.TryGetValue(head, out Digest task) ? task : null;

    public Vote? VoteOf(ulong round) => _votes.TryGetValue(round, out var voted) ? voted.Vote : null;

    public CertificateProposal? ProposalOf(ulong round) => _votes.TryGetValue(round, out var voted)
        ? voted.Proposal : null;

    public Release? ReleaseOf(ulong round) => _releases.GetValueOrDefault(round);

    public RoundDeath? DeathOf(ulong round) => _deaths.GetValueOrDefault(round);

    /// <summary>The plan's end; null where this holder has not closed it.</summary>
    public ClosingStatement? Closing { get; private set; }

    public bool IsProvenDead(ulong round) => _provenDead.Contains(round);

    /// <summary>
    /// Whether this holder has released the round or declared it dead, or knows that it is over without: proven dead,
    /// or its sum made a version of the signed chain.
    /// </summary>
    public bool IsOver(ulong round) => _releases.ContainsKey(round) || _deaths.ContainsKey(round)
        || _provenDead.Contains(round) || Chain.HasSumOf(round);

    public Vote? NewestVoteOf(int holder) => _newestVotes[holder];

    public RoundOpeningEntry? NewestEntryOf(int holder) => _newestEntries[holder];

    /// <summary>The round in which the contribution was voted for, or null.</summary>
    public ulong? RoundOf(Digest contribution) => _contributionRounds.TryGetValue(contribution, out ulong round)
        ? round : null;

    /// <summary>Rounds in which a contribution of the client on this model was voted for.</summary>
    public IReadOnlyList<ulong> RoundsOf(int client, Digest model) =>
        _baseRounds.GetValueOrDefault((client, model)) ?? [];

    /// <summary>When this holder's entry for a round was recorded, in milliseconds since 1970; null for none.</summary>
    public long? TimeOfEntry(ulong round) => _entries.TryGetValue(round, out var entered) ? entered.Time : null;

    /// <summary>Rounds that this holder gave entries for.</summary>
    public IEnumerable<ulong> EnteredRounds => _entries.Keys;

    /// <summary>The newest of them; null for none.</summary>
    public ulong? NewestRound { get; private set; }

    /// <summary>
    /// Rounds after the one that made the newest version, in which this holder voted. They rise: it votes in the newest
    /// round that it entered.
    /// </summary>
    public ImmutableArray<ulong> VotedSinceHead
    {
        get
        {
            int first = _voted.Count;
            while (first > 0 && (Chain.Head is not { Number: > 0 } head || _voted[first - 1] > head.Context.Round))
            {
                first--;
            }

            return [.. _voted[first..]];
        }
    }

    /// <summary>
    /// The latest time in the records from an undecided round's entry on: where the wall clock is behind it, it was set
    /// back within the round's life. 0 for other rounds.
    /// </summary>
    public long LatestTimeSince(ulong round) => _marks.GetValueOrDefault(round);

    public void Apply(RoundOpeningEntry entry, long time)
    {
        foreach (ulong known in _marks.Keys.ToArray())
        {
            if (IsOver(known))
            {
                _marks.Remove(known);
            }
            else
            {
                _marks[known] = Math.Max(_marks[known], time);
            }
        }

        _marks.Add(entry.Context.Round, time);
        _entries.Add(entry.Context.Round, (entry, time));
        NewestRound = entry.Context.Round;
        _tasks.TryAdd(entry.Head, entry.Task);
        Witness(entry);
    }

    public void Apply(RoundOpening opening, CertificateProposal proposal,
        IReadOnlyList<VotedContribution> contributions, Vote vote)
    {
        ulong round = vote.Context.Round;
        _votes.Add(round, (vote, proposal));
        _voted.Add(round);
        Suite?.Apply(opening, proposal);
        Witness(vote);
        foreach (RoundOpeningEntry entry in opening.Entries)
        {
            Witness(entry);
        }

        foreach (VotedContribution contribution in contributions)
        {
            _contributionRounds.TryAdd(contribution.Entry.Contribution, round);
            (int, Digest) key = (contribution.Entry.Client, contribution.BaseModel);
            if (!_baseRounds.TryGetValue(key, out List<ulong>? rounds))
            {
                _baseRounds.Add(key, rounds = []);
            }

            rounds.Add(round);
        }
    }

    public void Apply(RoundCertificate certificate, Release release)
    {
        _releases.Add(release.Context.Round, release);
        foreach (Vote vote in certificate.Votes)
        {
            Witness(vote);
        }
    }

    public void Apply(RoundDeath death) => _deaths.Add(death.Context.Round, death);

    public void Apply(ClosingStatement statement) => Closing = statement;

    public void Apply(RoundDeathCertificate certificate) => _provenDead.Add(certificate.Context.Round);

    private void Witness(Vote vote)
    {
        if (_newestVotes[vote.Holder] is not { } newest || newest.Context.Round < vote.Context.Round)
        {
            _newestVotes[vote.Holder] = vote;
        }
    }

    private void Witness(RoundOpeningEntry entry)
    {
        if (_newestEntries[entry.Holder] is not { } newest || newest.Context.Round < entry.Context.Round)
        {
            _newestEntries[entry.Holder] = entry;
        }
    }
}
