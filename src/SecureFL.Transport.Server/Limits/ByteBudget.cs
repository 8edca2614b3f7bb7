using Grpc.Core;
using SecureFL.Transport.Calls;

namespace SecureFL.Transport.Server.Limits;

/// <summary>
/// Bounds the bytes of messages that are in memory at once, over all streams that share it: a message is admitted
/// whole, before more of it is fetched than its first window. Peers take turns, each within a share of its own, so that
/// one that opens a thousand uploads and feeds none delays only itself. Messages of at most <see cref="FreeBytes"/>
/// pass by: control traffic never waits. Safe for concurrent use.
/// </summary>
public sealed class ByteBudget
{
    /// <summary>Messages up to this size are not counted: a page, what a stream's buffers hold in any case.</summary>
    public const int FreeBytes = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Peer> _peers = new(StringComparer.Ordinal);

    // Peers with waiting messages, in the order of their turns.
    private readonly LinkedList<Peer> _turns = new();
    private readonly TimeSpan _patience;
    private long _inUse;

    /// <summary>Makes a budget.</summary>
    /// <param name="limit">Bytes in flight at most; positive.</param>
    /// <param name="patience">How long a message waits before it is refused.</param>
    /// <param name="limitPerPeer">Bytes in flight of one peer at most; null for an eighth of the limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not positive.</exception>
    public ByteBudget(long limit, TimeSpan patience, long? limitPerPeer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        Limit = limit;
        LimitPerPeer = limitPerPeer ?? Math.Max(1, limit / 8);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LimitPerPeer, nameof(limitPerPeer));
        _patience = patience;
    }

    /// <summary>Bytes in flight at most.</summary>
    public long Limit { get; }

    /// <summary>
    /// Bytes in flight of one peer at most; a single larger message passes when it is the peer's only one.
    /// </summary>
    public long LimitPerPeer { get; }

    /// <summary>Bytes in flight now.</summary>
    public long InUse => Interlocked.Read(ref _inUse);

    /// <summary>Messages that wait for admission.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _turns.Sum(peer => peer.Waiting.Count);
            }
        }
    }

    /// <summary>Admits a message, or waits until others are done.</summary>
    internal async ValueTask<ByteLease> AcquireAsync(string peerName, int bytes, CancellationToken cancellation)
    {
        if (bytes <= FreeBytes)
        {
            return default;
        }

        Peer? peer;
        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            if (!_peers.TryGetValue(peerName, out peer))
            {
                peer = _peers[peerName] = new Peer(peerName);
            }

            node = peer.Waiting.AddLast(new Waiter(bytes));
            if (peer.Waiting.Count == 1)
            {
                peer.Turn = _turns.AddLast(peer);
            }

            Admit();
        }

        try
        {
            await node.Value.Admitted.Task.WaitAsync(_patience, cancellation).ConfigureAwait(false);
            return new ByteLease(this, peer, bytes);
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
        {
            string detail =
                $"{InUse} bytes are in flight, {peer.InUse} of them of this peer, and {bytes} more waited "
                + $"{_patience.TotalSeconds:0.###} s; " +
                $"the limits are {Limit} and {LimitPerPeer}";
            Withdraw(peer, node);
            throw fault is TimeoutException ? new GrpcException(StatusCode.ResourceExhausted, detail) : fault;
        }
    }

    internal void Release(Peer peer, int bytes)
    {
        lock (_gate)
        {
            GiveBack(peer, bytes);
            Admit();
        }
    }

    private void Withdraw(Peer peer, LinkedListNode<Waiter> node)
    {
        lock (_gate)
        {
            if (node.List is null)
            {
                GiveBack(peer, node.Value.Bytes);
            }
            else
            {
                peer.Waiting.Remove(node);
                EndTurn(peer);
            }

            Admit();
        }
    }

    private void GiveBack(Peer peer, int bytes)
    {
        _inUse -= bytes;
        peer.InUse -= bytes;
        EndTurn(peer);
    }

    private void EndTurn(Peer peer)
    {
        if (peer.Waiting.Count == 0 && peer.Turn is not null)
        {
            _turns.Remove(peer.Turn);
            peer.Turn = null;
        }

        if (peer.Waiting.Count == 0 && peer.InUse == 0)
        {
            _peers.Remove(peer.Name);
        }
    }

    private void Admit()
    {
        // A message above a whole limit passes when it is alone: refusing it for ever is the business of the limit on a
        // message's size.
        for (int passed = 0; passed < _turns.Count && _turns.First is { } turn;)
        {
            Peer peer = turn.Value;
            Waiter first = peer.Waiting.First!.Value;
            if (peer.InUse > 0 && peer.InUse + first.Bytes > LimitPerPeer)
            {
                passed++;
            }
            else if (_inUse > 0 && _inUse + first.Bytes > Limit)
            {
                // It keeps its turn, or small messages of others would starve it.
                return;
            }
            else
            {
                passed = 0;
                peer.Waiting.RemoveFirst();
                _inUse += first.Bytes;
                peer.InUse += first.Bytes;
                first.Admitted.SetResult();
            }

            _turns.RemoveFirst();
            peer.Turn = peer.Waiting.Count > 0 ? _turns.AddLast(peer) : null;
        }
    }

    internal sealed class Waiter(int bytes)
    {
        public int Bytes { get; } = bytes;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    internal sealed class Peer(string name)
    {
        public string Name { get; } = name;

        public long InUse { get; set; }

        public LinkedList<Waiter> Waiting { get; } = new();

        public LinkedListNode<Peer>? Turn { get; set; }
    }
}

/// <summary>What a message holds of a budget.</summary>
internal readonly struct ByteLease(ByteBudget budget, ByteBudget.Peer peer, int bytes) : IDisposable
{
    public void Dispose() => budget?.Release(peer, bytes);
}
