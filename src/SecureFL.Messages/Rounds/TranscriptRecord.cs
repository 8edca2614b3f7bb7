using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// A record of the transcript: position, hash of the record before, one message, and the server's signature over all
/// three. On disk each record follows its length, u32 big-endian.
/// </summary>
public sealed class TranscriptRecord : SignedMessage
{
    /// <summary>The first bytes of a transcript file.</summary>
    internal static ReadOnlySpan<byte> Magic => "SFLTRN1\n"u8;

    /// <summary>Largest record: a plan or certificate of 2^16 clients fits.</summary>
    internal const int MaxBytes = 1 << 26;

    private readonly byte[] _payload;

    private TranscriptRecord(ulong index, Digest previous, byte[] payload)
    {
        Index = index;
        Previous = previous;
        _payload = payload;
    }

    /// <summary>Position, from 0.</summary>
    public ulong Index { get; }

    /// <summary>Hash of the record before; all zero for the first.</summary>
    public Digest Previous { get; }

    /// <summary>The recorded message, encoded; empty in the closing record.</summary>
    public ReadOnlyMemory<byte> Payload => _payload;

    /// <inheritdoc/>
    public override MessageType Type => MessageType.TranscriptRecord;

    /// <inheritdoc/>
    public override Party Signer => Party.Server;

    /// <summary>Parses a record; chain, signature and payload are checked by the auditor.</summary>
    /// <exception cref="ProtocolViolationException">Malformed.</exception>
    public static TranscriptRecord Parse(ReadOnlySpan<byte> bytes)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.TranscriptRecord, Party.Server);
        TranscriptRecord record = new(reader.UInt64("index"), reader.Digest("previous"),
            reader.Counted(MaxBytes, "payload").ToArray());
        record.ReadSignature(ref reader);
        reader.End();
        return record;
    }

    internal static TranscriptRecord Create(ulong index, Digest previous, byte[] payload, SigningIdentity server)
    {
        TranscriptRecord record = new(index, previous, payload);
        record.SignWith(server);
        return record;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        writer.UInt64(Index);
        writer.Digest(Previous);
        writer.Counted(_payload);
    }
}
