using System.Buffers.Binary;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Transcripts;

/// <summary>
/// Writes a transcript: each call returns the bytes to append to the file. The first ones carry the plan. Not
/// thread-safe.
/// </summary>
public sealed class Transcript
{
    private readonly AggregationPlan _plan;
    private readonly SigningIdentity _server;
    private ulong _count;
    private Digest _head;

    /// <summary>Starts a transcript of <paramref name="plan"/>, or goes on after a record.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="server">The server's identity.</param>
    /// <param name="last">The last record that is on disk; null for a new transcript.</param>
    public Transcript(AggregationPlan plan, SigningIdentity server, TranscriptRecord? last = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(server);
        _plan = plan;
        _server = server;
        if (last is not null)
        {
            _count = last.Index + 1;
            _head = last.Hash;
        }
    }

    /// <summary>File header and the plan's record.</summary>
    /// <exception cref="InvalidOperationException">The transcript has begun.</exception>
    public byte[] Begin() =>
        _count == 0 ? [.. TranscriptRecord.Magic, .. AppendPayload(_plan.Encode())]
        : throw new InvalidOperationException("the transcript has begun");

    /// <summary>The record of one message: a model version, a death certificate, the records of a round, or the end.
    /// </summary>
    public byte[] Append(ProtocolMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return AppendPayload(message.Encode());
    }

    /// <summary>The records of messages in order.</summary>
    public byte[] Append(IEnumerable<ProtocolMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return [.. messages.SelectMany(Append)];
    }

    private byte[] AppendPayload(byte[] payload)
    {
        TranscriptRecord record = TranscriptRecord.Create(_count, _head, payload, _server);
        byte[] encoded = record.Encode();
        byte[] framed = new byte[4 + encoded.Length];
        BinaryPrimitives.WriteUInt32BigEndian(framed, (uint)encoded.Length);
        encoded.CopyTo(framed, 4);
        _count++;
        _head = record.Hash;
        return framed;
    }
}
