using SecureFL.Encoding.Planning;

namespace SecureFL.Encoding.Contributions;

/// <summary>Writes one contribution to a stream in the form of <see cref="ContributionFormat"/>, chunk by chunk. Not thread-safe; no allocation per chunk; does not own the stream.</summary>
public sealed class ContributionWriter
{
    private readonly AggregationParameters _parameters;
    private readonly Stream _destination;

    /// <summary>Writes the header.</summary>
    public ContributionWriter(AggregationParameters parameters, Stream destination)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(destination);
        _parameters = parameters;
        _destination = destination;
        Span<byte> header = stackalloc byte[ContributionFormat.HeaderBytes];
        ContributionFormat.WriteHeader(parameters, header);
        destination.Write(header);
    }

    /// <summary>The chunk that comes next; ChunkCount when all are written.</summary>
    public long NextChunk { get; private set; }

    /// <summary>Whether every chunk is written.</summary>
    public bool IsComplete => NextChunk == _parameters.ChunkCount;

    /// <summary>Writes the next chunk.</summary>
    /// <param name="packed">ChunkBytes bytes.</param>
    /// <exception cref="InvalidOperationException">All chunks are written.</exception>
    /// <exception cref="ArgumentException">Another length.</exception>
    public void WriteChunk(ReadOnlySpan<byte> packed)
    {
        if (IsComplete)
        {
            throw new InvalidOperationException($"all {_parameters.ChunkCount} chunks are written");
        }

        if (packed.Length != _parameters.ChunkBytes)
        {
            throw new ArgumentException($"a packed chunk is {_parameters.ChunkBytes} bytes, not {packed.Length}", nameof(packed));
        }

        Span<byte> header = stackalloc byte[ContributionFormat.FrameHeaderBytes];
        ContributionFormat.WriteFrameHeader(_parameters, NextChunk, header);
        _destination.Write(header);
        _destination.Write(packed);
        NextChunk++;
    }
}
