namespace SecureFL.Server.Uploads;

/// <summary>One client's place to upload: one stream at a time, the newer one takes over. Thread-safe.</summary>
internal sealed class UploadSlot : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _lock = new();
    private Turn? _holder;
    private long _evictions;

    /// <summary>Tells the stream that holds the slot to leave, and waits for it.</summary>
    /// <param name="cancellation">The new stream's own end.</param>
    /// <returns>The slot, held; dispose to leave it.</returns>
    public async Task<Turn> EnterAsync(CancellationToken cancellation)
    {
        long mark = Mark();
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        Turn mine = new(this, CancellationTokenSource.CreateLinkedTokenSource(cancellation));
        bool isLate;
        lock (_lock)
        {
            _holder = mine;
            isLate = _evictions != mark;
        }

        if (isLate)
        {
            mine.Evict();
        }

        return mine;
    }

    /// <summary>Tells the stream that holds the slot to leave, and those that wait for it.</summary>
    public void Evict() => Mark();

    /// <summary>Waits until nobody holds the slot, and lets nobody in until the result is disposed.</summary>
    public async Task<IDisposable> DrainAsync()
    {
        return await EnterAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private long Mark()
    {
        Turn? holder;
        long mark;
        lock (_lock)
        {
            mark = ++_evictions;
            holder = _holder;
        }

        holder?.Evict();
        return mark;
    }

    private void Leave()
    {
        lock (_lock)
        {
            _holder = null;
        }

        _gate.Release();
    }

    /// <summary>The slot, held by one stream.</summary>
    public sealed class Turn(UploadSlot slot, CancellationTokenSource mine) : IDisposable
    {
        private volatile bool _evicted;
        private volatile bool _finishing;

        /// <summary>Ends when the caller does, or when the stream is told to leave.</summary>
        public CancellationToken Ended => mine.Token;

        /// <summary>Whether the stream was told to leave.</summary>
        public bool IsEvicted => _evicted;

        /// <summary>The header is there: the stream is left to tell its client how that ended.</summary>
        public void Finish() => _finishing = true;

        public void Evict()
        {
            if (_finishing)
            {
                return;
            }

            _evicted = true;
            try
            {
                mine.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It left in between.
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            mine.Dispose();
            slot.Leave();
        }
    }
}
