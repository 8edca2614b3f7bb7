namespace SecureFL.Learning.Models;

/// <summary>
/// Deals rows out in batches: each pass shuffles all rows anew and cuts them up, the last batch of a pass may be short.
/// A batch size of 0, or one that covers all rows, gives every row in file order. Not thread-safe.
/// </summary>
internal sealed class BatchSampler
{
    private readonly int[] _order;
    private readonly int _batchSize;
    private readonly SeededRandom? _random;
    private int _next;

    public BatchSampler(int rows, int batchSize, SeededRandom random)
    {
        bool full = batchSize == 0 || batchSize >= rows;
        _order = [.. Enumerable.Range(0, rows)];
        _batchSize = full ? rows : batchSize;
        _random = full ? null : random;
        _next = rows;
    }

    /// <summary>Batches of one pass over the rows.</summary>
    public int BatchesPerPass => (_order.Length + _batchSize - 1) / _batchSize;

    /// <summary>The rows of the next batch, valid until the next call.</summary>
    public ReadOnlySpan<int> Next()
    {
        if (_next >= _order.Length)
        {
            _random?.Shuffle<int>(_order);
            _next = 0;
        }

        int take = Math.Min(_batchSize, _order.Length - _next);
        ReadOnlySpan<int> batch = _order.AsSpan(_next, take);
        _next += take;
        return batch;
    }
}
