using System.Buffers.Binary;
using SecureFL.Aggregation;
using SecureFL.Storage;

namespace SecureFL.Deployment.Server.State;

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
    private byte[] _pending;
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
        _pending = stored[8..];
        if (_file.Length < _offset)
        {
            long length = _file.Length;
            _file.Dispose();
            throw new InvalidDataException(
                $"{path} has {length} bytes, the state knows of {_offset}: records are missing");
        }

        _last = LastOf(_pending, first: _offset == 0);
        WritePending();
    }

    /// <summary>Bytes of the file once everything committed is written.</summary>
    public long Length => _offset + _pending.Length;

    /// <summary>
    /// Stages records: call in the transaction that makes them true, then <see cref="WritePending"/> when it has been
    /// committed.
    /// </summary>
    /// <returns>What to do once the transaction is committed.</returns>
    public Action Stage(StateWriter writer, IEnumerable<ProtocolMessage> records, bool end = false)
    {
        if (!_written)
        {
            WritePending();
        }

        Transcript transcript = new(_plan, _server, _last);
        byte[] bytes = [.. _last is null ? transcript.Begin() : [], .. transcript.Append(records),
            .. end ? transcript.End() : []];
        long offset = Length;
        byte[] stored = new byte[8 + bytes.Length];
        BinaryPrimitives.WriteInt64LittleEndian(stored, offset);
        bytes.CopyTo(stored, 8);
        writer.Set(Key, stored);
        return () =>
        {
            _last = LastOf(bytes, first: offset == 0) ?? _last;
            (_offset, _pending, _written) = (offset, bytes, false);
            WritePending();
        };
    }

    /// <summary>Writes what was committed; safe to repeat.</summary>
    /// <exception cref="IOException">The disk is full or fails; the bytes are kept in the state and written
    /// later.</exception>
    public void WritePending()
    {
        FileWriting.Write(_file.SafeFileHandle, _pending, _offset);
        _file.SetLength(Length);
        _file.Flush(flushToDisk: true);
        _written = true;
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
