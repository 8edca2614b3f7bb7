using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// The summed half c1 of one chunk of a group, not reduced, for an active key holder: it decrypts what has the linear
/// digest of the certified contributions, and nothing else.
/// </summary>
public sealed class SummedCiphertext : ProtocolMessage
{
    internal SummedCiphertext(RoundContext context, Digest certificate, int group, long chunk,
        ReadOnlyMemory<byte> packed)
    {
        Context = context;
        Certificate = certificate;
        Group = group;
        Chunk = chunk;
        Packed = packed;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>The certificate hash.</summary>
    public Digest Certificate { get; }

    /// <summary>Position of the group in the certificate.</summary>
    public int Group { get; }

    /// <summary>The chunk's position, from 0.</summary>
    public long Chunk { get; }

    /// <summary>The packed words of the unreduced sum of c1, as wide as the group's size makes them.</summary>
    public ReadOnlyMemory<byte> Packed { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.SummedCiphertext;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static SummedCiphertext Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.SummedCiphertext, Party.Server);
        SummedCiphertext message = new(
            RoundContext.Read(ref reader, limits),
            reader.Digest("certificate"),
            reader.Int32(0, limits.Clients - 1, "group"),
            reader.Int64(0, limits.Chunks - 1, "chunk"),
            reader.Counted(limits.JointKey.SummedBytes, "packed").ToArray());
        reader.End();
        return message;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Certificate);
        writer.Count(Group);
        writer.Int64(Chunk);
        writer.Counted(Packed.Span);
    }
}
