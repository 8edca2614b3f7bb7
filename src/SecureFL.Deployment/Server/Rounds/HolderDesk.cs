using Google.Protobuf;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>
/// Who is connected, and the ledger heads that holders ask of each other through the server. Used under the engine's
/// lock.
/// </summary>
internal sealed class HolderDesk(AggregationPlan plan)
{
    private readonly Dictionary<int, HolderSession> _sessions = [];
    private readonly Dictionary<int, (Digest Nonce, byte[] Message)> _requests = [];
    private readonly Dictionary<int, Dictionary<int, (Digest Nonce, byte[] Message)>> _heads = [];

    /// <summary>Holders with a stream.</summary>
    public IReadOnlyCollection<int> Connected => _sessions.Keys;

    public bool IsCurrent(HolderSession session) => _sessions.TryGetValue(session.Holder, out HolderSession? current)
        && current == session;

    public HolderSession? Find(int holder) => _sessions.GetValueOrDefault(holder);

    /// <summary>A newer stream replaces the older.</summary>
    public void Attend(HolderSession session)
    {
        _sessions[session.Holder] = session;
        _requests.Remove(session.Holder);
        _heads.Remove(session.Holder);
    }

    public void Leave(HolderSession session)
    {
        if (IsCurrent(session))
        {
            _sessions.Remove(session.Holder);
            _requests.Remove(session.Holder);
            _heads.Remove(session.Holder);
        }
    }

    /// <summary>A holder's own request, to be shown to its peers.</summary>
    /// <exception cref="ProtocolViolationException">Another holder's.</exception>
    public void HandleRequest(int holder, byte[] message)
    {
        LedgerHeadRequest request = LedgerHeadRequest.Parse(message, plan);
        RequireHolder(request.Holder, holder);
        _requests[holder] = (request.Hash, message);
        _heads.Remove(holder);
    }

    /// <summary>A peer's answer for the holder that asked.</summary>
    /// <exception cref="ProtocolViolationException">Another holder's, or about another one.</exception>
    public void HandleHead(int peer, HolderTaskKey task, byte[] message)
    {
        LedgerHead head = LedgerHead.Parse(message, plan);
        RequireHolder(head.Holder, peer);
        RequireHolder(head.Subject, task.Subject);
        if (_requests.TryGetValue(task.Subject, out (Digest Nonce, byte[] Message) request)
            && request.Nonce == task.Nonce)
        {
            if (!_heads.TryGetValue(task.Subject, out Dictionary<int, (Digest Nonce, byte[] Message)>? heads))
            {
                _heads.Add(task.Subject, heads = []);
            }

            heads[peer] = (task.Nonce, message);
        }
    }

    /// <summary>The tasks of ledger exchange for a holder.</summary>
    public IEnumerable<DueTask> Tasks(int holder)
    {
        foreach ((int subject, (Digest nonce, byte[] message)) in _requests.Where(pair => pair.Key != holder))
        {
            yield return new DueTask(
                new HolderTaskKey(HolderTaskKind.LedgerHeadRequest, 0, subject, nonce),
                () => new HolderTask { LedgerHeadRequestMessage = ByteString.CopyFrom(message) });
        }

        if (_heads.TryGetValue(holder, out Dictionary<int, (Digest Nonce, byte[] Message)>? heads))
        {
            foreach ((int peer, (Digest nonce, byte[] message)) in heads)
            {
                yield return new DueTask(
                    new HolderTaskKey(HolderTaskKind.LedgerHead, 0, peer, nonce),
                    () => new HolderTask { LedgerHeadMessage = ByteString.CopyFrom(message) });
            }
        }
    }

    /// <summary>Refuses a message that speaks for another holder.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.NotEnrolled"/>.</exception>
    public static void RequireHolder(int claimed, int holder)
    {
        if (claimed != holder)
        {
            throw new ProtocolViolationException(ViolationCode.NotEnrolled, Party.KeyHolder(holder),
                $"a message of {Party.KeyHolder(holder)}", $"one of {Party.KeyHolder(claimed)}");
        }
    }
}
