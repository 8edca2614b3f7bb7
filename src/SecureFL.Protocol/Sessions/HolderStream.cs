using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Protocol.Sessions;

/// <summary>
/// One stream of a key holder: what was sent on it, what is unanswered, what was refused. A new stream starts anew. Not
/// thread-safe.
/// </summary>
/// <param name="holder">The holder's plan index.</param>
/// <param name="known">Versions of the chain that the holder has.</param>
public sealed class HolderStream(int holder, ulong known)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(2);
    private readonly HashSet<HolderTaskKey> _sent = [];
    private readonly Dictionary<ulong, HolderTaskKey> _unanswered = [];
    private readonly Dictionary<HolderTaskKey, (TimeSpan At, int Tries)> _retries = [];
    private ulong _next = 1;

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; } = holder;

    /// <summary>Versions of the chain that the holder has.</summary>
    public ulong Known { get; internal set; } = known;

    /// <summary>Forgets what was sent in rounds before this one: nothing of it becomes due again.</summary>
    internal void Forget(ulong round) => Forget(key => key.Round < round && key.Kind is
        MessageType.RoundOpeningEntry or MessageType.RoundOpening or MessageType.ShareDelivery
        or MessageType.CertificateProposal or MessageType.RoundCertificate or MessageType.RoundDeath);

    /// <summary>Forgets the former requests of a peer for this holder's ledger head: a new one has replaced them.
    /// </summary>
    internal void ForgetRequests(int peer) =>
        Forget(key => key.Kind == MessageType.LedgerHeadRequest && key.Subject == peer);

    /// <summary>The tasks that have not been sent on this stream, or are to be tried again; noted as sent.</summary>
    /// <param name="due">What is due (<see cref="ServerSession.Due"/>).</param>
    /// <param name="now">The time.</param>
    /// <param name="most">How many at a time.</param>
    internal List<SentTask> Take(IEnumerable<DueTask> due, TimeSpan now, int most)
    {
        List<SentTask> tasks = [];
        foreach (DueTask task in due)
        {
            if (tasks.Count == most)
            {
                break;
            }

            bool retry = _retries.TryGetValue(task.Key, out (TimeSpan At, int Tries) failed) && failed.At <= now;
            if (_sent.Contains(task.Key) && !retry)
            {
                continue;
            }

            if (retry)
            {
                _retries[task.Key] = (TimeSpan.MaxValue, failed.Tries);
            }

            SentTask sent = new(_next++, task.Create());
            _sent.Add(task.Key);
            _unanswered[sent.Id] = task.Key;
            tasks.Add(sent);
        }

        return tasks;
    }

    /// <summary>The task that an answer belongs to.</summary>
    /// <exception cref="ProtocolViolationException">None waits under this number.</exception>
    internal HolderTaskKey Answered(ulong id)
    {
        HolderTaskKey key = Asked(id);
        _retries.Remove(key);
        if (key.Series != 0)
        {
            _sent.Remove(key);
        }

        return key;
    }

    /// <summary>The task comes again as soon as it is due.</summary>
    internal void SendAgain(HolderTaskKey key) => _sent.Remove(key);

    /// <summary>
    /// The task that was refused; as long as it is due it is sent again, after a while that doubles up to two minutes:
    /// a holder that is right to refuse now, as it is to promise a round's death before its vote has run out, may be
    /// asked for a day. One of a series is not sent again: who made the series begins another.
    /// </summary>
    /// <exception cref="ProtocolViolationException">None waits under this number.</exception>
    internal HolderTaskKey Refused(ulong id, TimeSpan now)
    {
        HolderTaskKey key = Asked(id);
        if (key.Series != 0)
        {
            _sent.Remove(key);
            return key;
        }

        int tries = _retries.TryGetValue(key, out (TimeSpan At, int Tries) failed) ? failed.Tries + 1 : 1;
        double delay = Math.Min(LongestDelay.TotalSeconds, Math.Pow(2, tries - 2));
        _retries[key] = (now + TimeSpan.FromSeconds(delay), tries);
        return key;
    }

    // What became of no interest is forgotten as due, not as asked: a late answer to it breaks nothing.
    private HolderTaskKey Asked(ulong id) => _unanswered.Remove(id, out HolderTaskKey key) ? key
        : throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.KeyHolder(Holder),
            $"one answer to each of the {_next - 1} tasks of this stream",
            id - 1 < _next - 1 ? $"another one to task {id}" : $"one to task {id}, which was never asked");

    private void Forget(Predicate<HolderTaskKey> isOver)
    {
        _sent.RemoveWhere(isOver);
        foreach (HolderTaskKey key in _retries.Keys.Where(key => isOver(key)).ToArray())
        {
            _retries.Remove(key);
        }
    }
}
