namespace SecureFL.Grpc;

/// <summary>
/// Bounds the bytes of messages that are in memory at once, over all streams that share it: a message is admitted whole, first come, first served,
/// before more of it is fetched than its first window. Messages of at most <see cref="FreeBytes"/> pass by, so that control traffic never waits.
/// Safe for concurrent use.
/// </summary>
/// <param name="limit">Bytes in flight at most; positive.</param>
/// <param name="patience">How long a message waits before it is refused.</param>
public sealed class ByteBudget(long limit, TimeSpan patience)
{
    /// <summary>Messages up to this size are not counted: a page, what a stream's buffers hold in any case.</summary>
    public const int FreeBytes = 4096;

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private readonly TimeSpan _patience = patience;
    private long _inUse;

    /// <summary>Bytes in flight at most.</summary>
    public long Limit { get; } = limit > 0 ? limit : throw new ArgumentOutOfRangeException(nameof(limit), limit, "a byte budget is positive");

    /// <summary>Bytes in flight now.</summary>
    public long InUse => Interlocked.Read(ref _inUse);

    /// <summary>Messages that wait for admission.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Admits a message, or waits until others are done.</summary>
    internal async ValueTask<ByteLease> AcquireAsync(int bytes, CancellationToken cancellation)
    {
        if (bytes <= FreeBytes)
        {
            return default;
        }

        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            if (_waiting.Count == 0 && (_inUse == 0 || _inUse + bytes <= Limit))
            {
                _inUse += bytes;
                return new ByteLease(this, bytes);
            }

            node = _waiting.AddLast(new Waiter(bytes));
        }

        try
        {
            await node.Value.Admitted.Task.WaitAsync(_patience, cancellation).ConfigureAwait(false);
            return new ByteLease(this, bytes);
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
        {
            Withdraw(node);
            throw fault is TimeoutException
                ? new GrpcException(GrpcStatusCode.ResourceExhausted, $"{InUse} bytes are in flight and {bytes} more waited {_patience.TotalSeconds:0.###} s; the limit is {Limit}")
                : fault;
        }
    }

    internal void Release(int bytes)
    {
        lock (_gate)
        {
            _inUse -= bytes;
            Admit();
        }
    }

    private void Withdraw(LinkedListNode<Waiter> node)
    {
        lock (_gate)
        {
            if (node.List is null)
            {
                _inUse -= node.Value.Bytes;
            }
            else
            {
                _waiting.Remove(node);
            }

            Admit();
        }
    }

    private void Admit()
    {
        // A message above the whole limit passes when it is alone: refusing it for ever is the business of the limit on a message's size.
        while (_waiting.First is { } first && (_inUse == 0 || _inUse + first.Value.Bytes <= Limit))
        {
            _waiting.RemoveFirst();
            _inUse += first.Value.Bytes;
            first.Value.Admitted.SetResult();
        }
    }

    private sealed class Waiter(int bytes)
    {
        public int Bytes { get; } = bytes;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>What a message holds of a budget.</summary>
internal readonly struct ByteLease(ByteBudget? budget, int bytes) : IDisposable
{
    public void Dispose() => budget?.Release(bytes);
}
