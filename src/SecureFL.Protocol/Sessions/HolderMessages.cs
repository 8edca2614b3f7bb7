using SecureFL.Messages.Rounds;

namespace SecureFL.Protocol.Sessions;

/// <summary>What key holders have said in a round, by holder. Not thread-safe.</summary>
public sealed class HolderMessages
{
    private readonly SortedDictionary<int, RoundOpeningEntry> _entries = [];
    private readonly SortedDictionary<int, Vote> _votes = [];
    private readonly SortedDictionary<int, Release> _releases = [];
    private readonly SortedDictionary<int, RoundDeath> _deaths = [];
    private readonly HashSet<int> _gone = [];
    private readonly Dictionary<(int Holder, int Client), bool> _checked = [];

    /// <summary>Entries for the round.</summary>
    public IReadOnlyDictionary<int, RoundOpeningEntry> Entries => _entries;

    /// <summary>Votes for the set.</summary>
    public IReadOnlyDictionary<int, Vote> Votes => _votes;

    /// <summary>Releases of the sum.</summary>
    public IReadOnlyDictionary<int, Release> Releases => _releases;

    /// <summary>Promises never to release.</summary>
    public IReadOnlyDictionary<int, RoundDeath> Deaths => _deaths;

    /// <summary>
    /// Holders that refuse tasks because the round is dead to them: no fact, they are asked again after a restart.
    /// </summary>
    public IReadOnlySet<int> Gone => _gone;

    /// <summary>Whether a holder has answered for a contribution, by a receipt or a refusal.</summary>
    public bool HasAnswered(int holder, int client) => _checked.ContainsKey((holder, client));

    /// <summary>Whether a holder has given a receipt for a contribution.</summary>
    public bool HasChecked(int holder, int client) => _checked.GetValueOrDefault((holder, client));

    internal void Add(RoundOpeningEntry entry) => _entries[entry.Holder] = entry;

    internal void Add(Vote vote) => _votes[vote.Holder] = vote;

    internal void Add(Release release) => _releases[release.Holder] = release;

    internal void Add(RoundDeath death) => _deaths[death.Holder] = death;

    internal void NoteGone(int holder) => _gone.Add(holder);

    /// <summary>A holder's answer for a contribution: no fact, it is asked for again after a restart.</summary>
    internal void Note(int holder, int client, bool receipt)
    {
        if (receipt)
        {
            _checked[(holder, client)] = true;
        }
        else
        {
            _checked.TryAdd((holder, client), false);
        }
    }
}
