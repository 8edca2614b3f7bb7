using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// The half c1 of one chunk of one listed contribution, and the hash of the other half: with them an active key holder
/// recomputes the contribution's signed root and the sum that it is asked to decrypt. Bounded by one polynomial of the
/// ring.
/// </summary>
public sealed class ListedCiphertext : ProtocolMessage
{
    // More than what stands before the polynomial: whatever is longer is refused anyway.
    private const int MostPrefixBytes = 256;

    internal ListedCiphertext(RoundContext context, Digest certificate, int group, long chunk, int client,
        Digest otherHalf, ReadOnlyMemory<byte> packed)
    {
        Context = context;
        Certificate = certificate;
        Group = group;
        Chunk = chunk;
        Client = client;
        OtherHalf = otherHalf;
        Packed = packed;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>Hash of the proposal that lists the contribution.</summary>
    public Digest Certificate { get; }

    /// <summary>Position of the group in the proposal.</summary>
    public int Group { get; }

    /// <summary>The chunk's position, from 0.</summary>
    public long Chunk { get; }

    /// <summary>The client's plan index.</summary>
    public int Client { get; }

    /// <summary>Half hash of c0.</summary>
    public Digest OtherHalf { get; }

    /// <summary>The packed residues of c1.</summary>
    public ReadOnlyMemory<byte> Packed { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.ListedCiphertext;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static ListedCiphertext Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        int most = MostPrefixBytes + limits.JointKey.PolynomialBytes;
        return ParseShared(bytes[..Math.Min(bytes.Length, most)].ToArray(), limits);
    }

    /// <summary>
    /// Parses without copying: the message refers to <paramref name="bytes"/>, which must not change while it lives.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static ListedCiphertext ParseShared(ReadOnlyMemory<byte> bytes, MessageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        CanonicalReader reader = MessageFields.Open(bytes.Span, MessageType.ListedCiphertext, Party.Server);
        RoundContext context = RoundContext.Read(ref reader, limits);
        Digest certificate = reader.Digest("certificate");
        int group = reader.Int32(0, limits.Clients - 1, "group");
        long chunk = reader.Int64(0, limits.Chunks - 1, "chunk");
        int client = MessageFields.Client(ref reader, limits);
        Digest otherHalf = reader.Digest("otherHalf");
        int start = reader.Position;
        int size = reader.Fixed(limits.JointKey.PolynomialBytes, "packed").Length;
        reader.End();
        return new ListedCiphertext(context, certificate, group, chunk, client, otherHalf, bytes.Slice(start, size));
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Certificate);
        writer.Count(Group);
        writer.Int64(Chunk);
        writer.Count(Client);
        writer.Digest(OtherHalf);
        writer.Fixed(Packed.Span);
    }
}
