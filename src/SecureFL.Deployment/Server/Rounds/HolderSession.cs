using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>
/// One stream of a key holder: what was sent on it, what is unanswered, what was refused. A new stream starts anew.
/// Used under the engine's lock.
/// </summary>
internal sealed class HolderSession(int holder, ulong known)
{
    private const int MostTries = 12;
    private readonly Dictionary<HolderTaskKey, ulong> _sent = [];
    private readonly Dictionary<ulong, HolderTaskKey> _unanswered = [];
    private readonly Dictionary<HolderTaskKey, (TimeSpan At, int Tries)> _retries = [];
    private ulong _next = 1;
    private int _feedTries;

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; } = holder;

    /// <summary>Versions of the chain that the holder has.</summary>
    public ulong Known { get; set; } = known;

    /// <summary>The feed of chunks under way.</summary>
    public CiphertextFeed? Feed { get; set; }

    /// <summary>Feeds that were begun on this stream.</summary>
    public int Feeds { get; set; }

    /// <summary>When the next feed may begin, in uptime.</summary>
    public TimeSpan FeedNotBefore { get; private set; }

    /// <summary>The proposal whose sum the holder has recomputed.</summary>
    public Digest? SumChecked { get; private set; }

    /// <summary>Whether the holder asked for the summed ciphertexts again.</summary>
    public bool SumsWanted { get; set; }

    /// <summary>The tasks that have not been sent on this stream, or are to be tried again; noted as sent.</summary>
    public List<HolderTask> Take(IEnumerable<DueTask> due, TimeSpan now, int most)
    {
        List<HolderTask> tasks = [];
        foreach (DueTask task in due)
        {
            if (tasks.Count == most)
            {
                break;
            }

            bool retry = _retries.TryGetValue(task.Key, out (TimeSpan At, int Tries) failed) && failed.At <= now
                && failed.Tries < MostTries;
            if (_sent.ContainsKey(task.Key) && !retry)
            {
                continue;
            }

            if (retry)
            {
                _retries[task.Key] = (TimeSpan.MaxValue, failed.Tries);
            }

            HolderTask message = task.Create();
            message.Id = _next++;
            _sent[task.Key] = message.Id;
            _unanswered[message.Id] = task.Key;
            tasks.Add(message);
        }

        return tasks;
    }

    /// <summary>The task that an answer belongs to; null if none waits under this number.</summary>
    public HolderTaskKey? Answered(ulong id)
    {
        if (!_unanswered.Remove(id, out HolderTaskKey key))
        {
            return null;
        }

        _retries.Remove(key);
        if (key.Feed != 0)
        {
            _sent.Remove(key);
        }

        return key;
    }

    /// <summary>The task that was refused; it is sent again after a while that doubles each time.</summary>
    public HolderTaskKey? Refused(ulong id, TimeSpan now)
    {
        if (!_unanswered.Remove(id, out HolderTaskKey key))
        {
            return null;
        }

        if (key.Feed != 0)
        {
            _sent.Remove(key);
            return key;
        }

        int tries = _retries.TryGetValue(key, out (TimeSpan At, int Tries) failed) ? failed.Tries + 1 : 1;
        _retries[key] = (now + TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, tries - 2))), tries);
        return key;
    }

    /// <summary>A task of a feed was answered; one of a feed that was given up counts nothing.</summary>
    public void FeedAnswered(HolderTaskKey key, Digest? proposal)
    {
        if (Feed is not { } feed || !feed.Owns(key))
        {
            return;
        }

        feed.Answered();
        if (feed.IsComplete)
        {
            Feed = null;
            _feedTries = 0;
            if (key.Kind == HolderTaskKind.Listed)
            {
                SumChecked = proposal;
            }
            else if (key.Kind == HolderTaskKind.Summed)
            {
                SumsWanted = false;
            }
        }
    }

    /// <summary>A task of a feed was refused: another feed begins after a while that doubles each time.</summary>
    public void FeedRefused(HolderTaskKey key, TimeSpan now)
    {
        if (Feed is { } feed && feed.Owns(key))
        {
            Feed = null;
            FeedNotBefore = now + TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, ++_feedTries - 3)));
        }
    }
}
