namespace SecureFL.Deployment.Server.Uploads;

/// <summary>One client's place to upload: one stream at a time, the newer one takes over. Thread-safe.</summary>
internal sealed class UploadSlot : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private CancellationTokenSource? _holder;

    /// <summary>Tells the stream that holds the slot to leave, and waits for it.</summary>
    /// <param name="cancellation">The new stream's own end.</param>
    /// <returns>The slot, held; dispose to leave it.</returns>
    public async Task<Turn> EnterAsync(CancellationToken cancellation)
    {
        Evict();
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        CancellationTokenSource mine = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Volatile.Write(ref _holder, mine);
        return new Turn(this, mine);
    }

    /// <summary>Tells the stream that holds the slot to leave.</summary>
    public void Evict()
    {
        try
        {
            Volatile.Read(ref _holder)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It left in between.
        }
    }

    /// <summary>Waits until nobody holds the slot, and lets nobody in until the result is disposed.</summary>
    public async Task<IDisposable> DrainAsync()
    {
        Evict();
        return await EnterAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <summary>The slot, held by one stream.</summary>
    public sealed class Turn(UploadSlot slot, CancellationTokenSource mine) : IDisposable
    {
        /// <summary>Ends when the caller does, or when another stream takes over.</summary>
        public CancellationToken Evicted => mine.Token;

        /// <inheritdoc/>
        public void Dispose()
        {
            Volatile.Write(ref slot._holder, null);
            mine.Dispose();
            slot._gate.Release();
        }
    }
}
