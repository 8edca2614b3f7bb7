using SecureFL.Deployment.Contracts;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>One stream of a key holder: what was sent on it, what is unanswered, what was refused. A new stream starts anew. Used under the engine's lock.</summary>
internal sealed class HolderSession(int holder, ulong known)
{
    private const int MostTries = 12;
    private readonly Dictionary<HolderTaskKey, ulong> _sent = [];
    private readonly Dictionary<ulong, HolderTaskKey> _unanswered = [];
    private readonly Dictionary<HolderTaskKey, (DateTimeOffset At, int Tries)> _retries = [];
    private ulong _next = 1;

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; } = holder;

    /// <summary>Versions of the chain that the holder has.</summary>
    public ulong Known { get; set; } = known;

    /// <summary>Unanswered tasks.</summary>
    public int Unanswered => _unanswered.Count;

    /// <summary>The tasks that have not been sent on this stream, or are to be tried again; noted as sent.</summary>
    public List<HolderTask> Take(IEnumerable<DueTask> due, DateTimeOffset now, int most)
    {
        List<HolderTask> tasks = [];
        foreach (DueTask task in due)
        {
            if (tasks.Count == most)
            {
                break;
            }

            bool retry = _retries.TryGetValue(task.Key, out (DateTimeOffset At, int Tries) failed) && failed.At <= now && failed.Tries < MostTries;
            if (_sent.ContainsKey(task.Key) && !retry)
            {
                continue;
            }

            if (retry)
            {
                _retries[task.Key] = (DateTimeOffset.MaxValue, failed.Tries);
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
        return key;
    }

    /// <summary>The task that was refused; it is sent again after a while that doubles each time.</summary>
    public HolderTaskKey? Refused(ulong id, DateTimeOffset now)
    {
        if (!_unanswered.Remove(id, out HolderTaskKey key))
        {
            return null;
        }

        int tries = _retries.TryGetValue(key, out (DateTimeOffset At, int Tries) failed) ? failed.Tries + 1 : 1;
        _retries[key] = (now + TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, tries - 2))), tries);
        return key;
    }
}
