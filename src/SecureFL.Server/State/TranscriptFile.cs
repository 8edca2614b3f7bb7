using System.Buffers.Binary;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Transcripts;
using SecureFL.Storage.Devices;

namespace SecureFL.Server.State;

/// <summary>
/// The transcript on disk. What is to be appended is committed with the state that it belongs to, under the setting
/// <c>transcript</c>, and only then written: the file never misses a record that the state knows, never has one twice,
/// and a torn tail is overwritten with the very same bytes. Not thread-safe.
/// </summary>
internal sealed class TranscriptFile : IDisposable
{
    private const string Key = "transcript";
    private readonly FileStream _file;
    private readonly AggregationPlan _plan;
    private readonly SigningIdentity _server;
    private TranscriptRecord? _last;
    private ReadOnlyMemory<byte> _pending;
    private long _offset;
    private bool _written;

    /// <summary>Opens the transcript and finishes the append that a crash interrupted.</summary>
    /// <exception cref="InvalidDataException">The file is shorter than what the state says was in it.</exception>
    public TranscriptFile(string path, StateDatabase database, AggregationPlan plan, SigningIdentity server)
    {
        _plan = plan;
        _server = server;
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        byte[] stored = database.Value(Key) ?? new byte[8];
        _offset = BinaryPrimitives.ReadInt64LittleEndian(stored);
        _pending = stored.AsMemory(8);
        if (_file.Length < _offset)
        {
            long length = _file.Length;
            _file.Dispose();
            throw new InvalidDataException(
                $"{path} has {length} bytes, the state knows of {_offset}: records are missing");
        }

        _last = LastOf(_pending.Span, first: _offset == 0);
        WritePending();
    }

    /// <summary>Bytes of the file once everything committed is written.</summary>
    public long Length => _offset + _pending.Length;

    /// <summary>
    /// Stages records: call in the transaction that makes them true, then <see cref="WritePending"/> when it has been
    /// committed.
    /// </summary>
    /// <returns>What to do once the transaction is committed.</returns>
    public Action Stage(StateWriter writer, IEnumerable<ProtocolMessage> records)
    {
        if (!_written)
        {
            WritePending();
        }

        Transcript transcript = new(_plan, _server, _last);
        byte[][] parts =
        [
            .. _last is null ? (byte[][])[transcript.Begin()] : [], .. records.Select(transcript.Append),
        ];

        // A round's records are a hundred kilobytes a client: they are put together once, in what is stored.
        long offset = Length;
        byte[] stored = new byte[8 + parts.Sum(part => part.Length)];
        BinaryPrimitives.WriteInt64LittleEndian(stored, offset);
        int at = 8;
        foreach (byte[] part in parts)
        {
            part.CopyTo(stored, at);
            at += part.Length;
        }

        writer.Set(Key, stored);
        ReadOnlyMemory<byte> bytes = stored.AsMemory(8);
        return () =>
        {
            _last = LastOf(bytes.Span, first: offset == 0) ?? _last;
            (_offset, _pending, _written) = (offset, bytes, false);
            WritePending();
        };
    }

    /// <summary>Writes what was committed; safe to repeat.</summary>
    /// <exception cref="IOException">The disk is full or fails; the bytes are kept in the state and written
    /// later.</exception>
    public void WritePending()
    {
        FileWriting.Write(_file.SafeFileHandle, _pending.Span, _offset);
        _file.SetLength(Length);
        _file.Flush(flushToDisk: true);
        (_offset, _pending, _written) = (Length, default, true);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static TranscriptRecord? LastOf(ReadOnlySpan<byte> bytes, bool first)
    {
        TranscriptRecord? last = null;
        int position = first && !bytes.IsEmpty ? 8 : 0;
        while (position < bytes.Length)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes[position..]);
            last = TranscriptRecord.Parse(bytes.Slice(position + 4, length));
            position += 4 + length;
        }

        return last;
    }
}
