using SecureFL.Encoding.Planning;

namespace SecureFL.Encoding.Contributions;

/// <summary>Receives the packed residues of a chunk; the bytes are valid during the call only. <see cref="ContributionAccumulator.Add(long, ReadOnlySpan{byte})"/> is one.</summary>
/// <param name="chunk">Its index.</param>
/// <param name="packed">ChunkBytes bytes whose residues are not checked yet.</param>
public delegate void ChunkReceiver(long chunk, ReadOnlySpan<byte> packed);

/// <summary>
/// Reads one contribution in the form of <see cref="ContributionFormat"/> from pieces of any size, with a buffer of one chunk whatever the peer announces.
/// A chunk is handed over as soon as it is whole: when a later one is refused the earlier ones were handed over, so who sums while reading drops that sum.
/// Not thread-safe; no allocation after construction but for refusals.
/// </summary>
public sealed class ContributionReader
{
    private readonly AggregationParameters _parameters;
    private readonly byte[] _buffer;
    private int _buffered;
    private bool _headerRead;
    private bool _frameOpen;
    private bool _failed;
    private long _received;

    /// <summary>A reader of one contribution under these parameters.</summary>
    public ContributionReader(AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _buffer = new byte[Math.Max(parameters.ChunkBytes, ContributionFormat.HeaderBytes)];
    }

    /// <summary>Chunks handed over so far.</summary>
    public long NextChunk { get; private set; }

    /// <summary>Whether every chunk was handed over.</summary>
    public bool IsComplete => NextChunk == _parameters.ChunkCount;

    private int PartBytes => !_headerRead ? ContributionFormat.HeaderBytes : _frameOpen ? _parameters.ChunkBytes : ContributionFormat.FrameHeaderBytes;

    /// <summary>Reads a whole stream.</summary>
    /// <exception cref="CiphertextFormatException">It is not one contribution under these parameters.</exception>
    public static void ReadAll(AggregationParameters parameters, Stream source, ChunkReceiver receive)
    {
        ArgumentNullException.ThrowIfNull(source);
        ContributionReader reader = new(parameters);
        byte[] piece = new byte[1 << 16];
        for (int length; (length = source.Read(piece)) > 0;)
        {
            reader.Read(piece.AsSpan(0, length), receive);
        }

        reader.Finish();
    }

    /// <summary>Takes the next bytes and hands over every chunk that they complete.</summary>
    /// <exception cref="CiphertextFormatException">They do not belong here, or the receiver refused a chunk; the reader is of no use any more.</exception>
    /// <exception cref="InvalidOperationException">An earlier call failed.</exception>
    public void Read(ReadOnlySpan<byte> bytes, ChunkReceiver receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        if (_failed)
        {
            throw new InvalidOperationException("the contribution was refused");
        }

        _failed = true;
        _received = checked(_received + bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (IsComplete)
            {
                throw new CiphertextFormatException("contribution length", $"{ContributionFormat.EncodedBytes(_parameters)} bytes", $"{_received} bytes or more");
            }

            int wanted = PartBytes;
            if (_buffered == 0 && bytes.Length >= wanted)
            {
                TakePart(bytes[..wanted], receive);
                bytes = bytes[wanted..];
                continue;
            }

            int copied = Math.Min(wanted - _buffered, bytes.Length);
            bytes[..copied].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += copied;
            bytes = bytes[copied..];
            if (_buffered == wanted)
            {
                _buffered = 0;
                TakePart(_buffer.AsSpan(0, wanted), receive);
            }
        }

        _failed = false;
    }

    /// <summary>Says that no more bytes come.</summary>
    /// <exception cref="CiphertextFormatException">The contribution is truncated.</exception>
    /// <exception cref="InvalidOperationException">An earlier call failed.</exception>
    public void Finish()
    {
        if (_failed)
        {
            throw new InvalidOperationException("the contribution was refused");
        }

        if (!IsComplete)
        {
            _failed = true;
            throw new CiphertextFormatException("contribution length", $"{ContributionFormat.EncodedBytes(_parameters)} bytes", $"{_received} bytes");
        }
    }

    private void TakePart(ReadOnlySpan<byte> part, ChunkReceiver receive)
    {
        if (!_headerRead)
        {
            ContributionFormat.CheckHeader(_parameters, part);
            _headerRead = true;
        }
        else if (!_frameOpen)
        {
            ContributionFormat.CheckFrameHeader(_parameters, NextChunk, part);
            _frameOpen = true;
        }
        else
        {
            receive(NextChunk, part);
            _frameOpen = false;
            NextChunk++;
        }
    }
}
