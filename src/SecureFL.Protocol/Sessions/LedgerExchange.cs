using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Sessions;

/// <summary>
/// Who is connected, and the ledger heads that key holders ask of each other through the server. Not thread-safe.
/// </summary>
public sealed class LedgerExchange
{
    private readonly AggregationPlan _plan;
    private readonly Dictionary<int, HolderStream> _streams = [];
    private readonly Dictionary<int, (Digest Nonce, byte[] Message)> _requests = [];
    private readonly Dictionary<int, Dictionary<int, (Digest Nonce, byte[] Message)>> _heads = [];

    internal LedgerExchange(AggregationPlan plan) => _plan = plan;

    /// <summary>Holders with a stream.</summary>
    public IReadOnlyCollection<int> Connected => _streams.Keys;

    /// <summary>Whether no newer stream of the holder has replaced this one.</summary>
    public bool IsCurrent(HolderStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return _streams.TryGetValue(stream.Holder, out HolderStream? current) && current == stream;
    }

    /// <summary>A stream begins; a newer one replaces the older.</summary>
    public void Attend(HolderStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _streams[stream.Holder] = stream;
        _requests.Remove(stream.Holder);
        _heads.Remove(stream.Holder);
    }

    /// <summary>A stream has ended.</summary>
    public void Leave(HolderStream stream)
    {
        if (IsCurrent(stream))
        {
            _streams.Remove(stream.Holder);
            _requests.Remove(stream.Holder);
            _heads.Remove(stream.Holder);
        }
    }

    /// <summary>
    /// A holder's own request, to be shown to its peers: one a stream, or a holder could keep its peers busy with ever
    /// new ones.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Another holder's, a forged one, or a second one on the stream.
    /// </exception>
    public void HandleRequest(HolderStream stream, byte[] message)
    {
        if (!IsCurrent(stream))
        {
            return;
        }

        LedgerHeadRequest request = LedgerHeadRequest.Parse(message, _plan.Limits);
        RequireHolder(request.Holder, stream.Holder);
        request.RequireSignature(_plan.HolderKey(stream.Holder));
        if (_requests.ContainsKey(stream.Holder))
        {
            throw new ProtocolViolationException(ViolationCode.OutOfRange, request.Signer,
                "one request for ledger heads a stream", "another one");
        }

        _requests[stream.Holder] = (request.Hash, message);
        foreach (HolderStream peer in _streams.Values)
        {
            peer.ForgetRequests(stream.Holder);
        }
    }

    /// <summary>No stream sends a task of a round before this one again.</summary>
    internal void Forget(ulong round)
    {
        foreach (HolderStream stream in _streams.Values)
        {
            stream.Forget(round);
        }
    }

    /// <summary>A peer's answer for the holder that asked.</summary>
    internal void HandleHead(int peer, HolderTaskKey task, byte[] message)
    {
        LedgerHead head = LedgerHead.Parse(message, _plan.Limits);
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
    internal IEnumerable<DueTask> Due(int holder)
    {
        foreach ((int subject, (Digest nonce, byte[] message)) in _requests.Where(pair => pair.Key != holder))
        {
            yield return new DueTask(new HolderTaskKey(MessageType.LedgerHeadRequest, 0, subject, nonce),
                () => message);
        }

        if (_heads.TryGetValue(holder, out Dictionary<int, (Digest Nonce, byte[] Message)>? heads))
        {
            foreach ((int peer, (Digest nonce, byte[] message)) in heads)
            {
                yield return new DueTask(new HolderTaskKey(MessageType.LedgerHead, 0, peer, nonce), () => message);
            }
        }
    }

    /// <summary>Refuses a message that speaks for another holder.</summary>
    internal static void RequireHolder(int claimed, int holder)
    {
        if (claimed != holder)
        {
            throw new ProtocolViolationException(ViolationCode.NotEnrolled, Party.KeyHolder(holder),
                $"a message of {Party.KeyHolder(holder)}", $"one of {Party.KeyHolder(claimed)}");
        }
    }
}
