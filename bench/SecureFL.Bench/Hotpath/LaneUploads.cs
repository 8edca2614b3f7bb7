using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Bench.Hotpath;

/// <summary>
/// The packed uploads that are added in one pass, of as many clients as an accumulator takes at a time.
/// </summary>
internal sealed class LaneUploads
{
    internal const int Batch = 4;

    private readonly AggregationParameters _parameters;
    private readonly byte[][] _uploads;

    internal LaneUploads(AggregationParameters parameters, int count = Batch)
    {
        _parameters = parameters;
        _uploads = [.. Enumerable.Range(0, count).Select(_ => new byte[parameters.CiphertextBytes])];
    }

    /// <summary>Writes to every page, so that its faults are no part of a figure.</summary>
    internal void Touch() => Array.ForEach(_uploads, upload => Array.Fill(upload, (byte)1));

    /// <summary>A chunk of one of them.</summary>
    internal Span<byte> Chunk(int upload, long chunk) =>
        _uploads[upload].AsSpan((int)chunk * _parameters.ChunkBytes, _parameters.ChunkBytes);

    /// <summary>Adds a chunk of the first <paramref name="count"/> of them.</summary>
    internal void Add(ContributionAccumulator accumulator, long chunk, int count) => accumulator.Add(
        chunk,
        Chunk(0, chunk),
        count > 1 ? Chunk(1, chunk) : default,
        count > 2 ? Chunk(2, chunk) : default,
        count > 3 ? Chunk(3, chunk) : default);
}
