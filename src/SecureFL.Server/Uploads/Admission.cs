namespace SecureFL.Server.Uploads;

/// <summary>
/// Bounds the bytes that all uploads together may have in flight: an upload reserves its window before its first chunk
/// is read, waits in line if there is no room, and gives it back when it ends. First come, first served. Thread-safe.
/// </summary>
internal sealed class Admission
{
    private readonly long _limit;
    private readonly int _mostWaiting;
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private long _reserved;

    /// <param name="limit">Bytes in flight over all uploads.</param>
    /// <param name="mostWaiting">Uploads that may wait in line; more are refused.</param>
    public Admission(long limit, int mostWaiting)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfNegative(mostWaiting);
        _limit = limit;
        _mostWaiting = mostWaiting;
    }

    /// <summary>Bytes that are reserved.</summary>
    public long Reserved
    {
        get
        {
            lock (_lock)
            {
                return _reserved;
            }
        }
    }

    /// <summary>Uploads in line.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Reserves; dispose what is returned to give it back. Null: the line is full.</summary>
    /// <param name="bytes">The window; more than the limit counts as the limit.</param>
    /// <param name="cancellation">Leaves the line.</param>
    public async ValueTask<IDisposable?> EnterAsync(long bytes, CancellationToken cancellation)
    {
        long asked = Math.Clamp(bytes, 1, _limit);
        Waiter waiter;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _reserved + asked <= _limit)
            {
                _reserved += asked;
                return new Reservation(this, asked);
            }

            if (_waiting.Count >= _mostWaiting)
            {
                return null;
            }

            waiter = new Waiter(asked);
            _waiting.AddLast(waiter);
        }

        using CancellationTokenRegistration registration = cancellation.Register(() =>
        {
            lock (_lock)
            {
                if (_waiting.Remove(waiter))
                {
                    waiter.Turn.TrySetCanceled(cancellation);
                    Admit();
                }
            }
        });
        await waiter.Turn.Task.ConfigureAwait(false);
        return new Reservation(this, asked);
    }

    private void Leave(long bytes)
    {
        lock (_lock)
        {
            _reserved -= bytes;
            Admit();
        }
    }

    private void Admit()
    {
        while (_waiting.First is { } first && _reserved + first.Value.Bytes <= _limit)
        {
            _waiting.RemoveFirst();
            _reserved += first.Value.Bytes;
            first.Value.Turn.TrySetResult();
        }
    }

    private sealed class Waiter(long bytes)
    {
        public long Bytes { get; } = bytes;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Reservation(Admission owner, long bytes) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                owner.Leave(bytes);
            }
        }
    }
}
