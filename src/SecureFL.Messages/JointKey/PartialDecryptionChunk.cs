using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// An active key holder's partial decryption of one chunk of a group. Unsigned: the root in the holder's release binds
/// it. Bounded by one polynomial of the ring.
/// </summary>
public sealed class PartialDecryptionChunk : ProtocolMessage
{
    // More than what stands before the polynomial: whatever is longer is refused anyway.
    private const int MostPrefixBytes = 256;

    internal PartialDecryptionChunk(RoundContext context, Digest certificate, int holder, int group, long chunk,
        ReadOnlyMemory<byte> packed)
    {
        Context = context;
        Certificate = certificate;
        Holder = holder;
        Group = group;
        Chunk = chunk;
        Packed = packed;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>The certificate hash.</summary>
    public Digest Certificate { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>Position of the group in the certificate.</summary>
    public int Group { get; }

    /// <summary>The chunk's position, from 0.</summary>
    public long Chunk { get; }

    /// <summary>The packed residues of the partial decryption.</summary>
    public ReadOnlyMemory<byte> Packed { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.PartialDecryptionChunk;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static PartialDecryptionChunk Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        int most = MostPrefixBytes + limits.JointKey.PolynomialBytes;
        return ParseShared(bytes[..Math.Min(bytes.Length, most)].ToArray(), limits);
    }

    /// <summary>
    /// Parses without copying: the message refers to <paramref name="bytes"/>, which must not change while it lives.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static PartialDecryptionChunk ParseShared(ReadOnlyMemory<byte> bytes, MessageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        CanonicalReader reader = MessageFields.Open(bytes.Span, MessageType.PartialDecryptionChunk, Party.Peer);
        RoundContext context = RoundContext.Read(ref reader, limits);
        Digest certificate = reader.Digest("certificate");
        int holder = MessageFields.Holder(ref reader, limits);
        int group = reader.Int32(0, limits.Clients - 1, "group");
        long chunk = reader.Int64(0, limits.Chunks - 1, "chunk");
        int start = reader.Position;
        int size = reader.Fixed(limits.JointKey.PolynomialBytes, "packed").Length;
        reader.End();
        return new PartialDecryptionChunk(context, certificate, holder, group, chunk, bytes.Slice(start, size));
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Certificate);
        writer.Count(Holder);
        writer.Count(Group);
        writer.Int64(Chunk);
        writer.Fixed(Packed.Span);
    }
}
