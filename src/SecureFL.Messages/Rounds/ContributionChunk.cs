using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// One ciphertext chunk of a contribution, in the plan's wire form. Unsigned: the root in the signed statement binds
/// it.
/// </summary>
public sealed class ContributionChunk : ProtocolMessage
{
    /// <summary>Type, version, context, client and index; the rest is the ciphertext.</summary>
    internal const int PrefixBytes = 71;

    /// <summary>A chunk.</summary>
    public ContributionChunk(RoundContext context, int client, long index, ReadOnlyMemory<byte> packed)
    {
        Context = context;
        Client = client;
        Index = index;
        Packed = packed;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>The client's plan index.</summary>
    public int Client { get; }

    /// <summary>The chunk's position, from 0.</summary>
    public long Index { get; }

    /// <summary>
    /// The bit-packed residues, or a SEAL ciphertext where the plan says so: a fixed number of bytes either way.
    /// </summary>
    public ReadOnlyMemory<byte> Packed { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.ContributionChunk;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static ContributionChunk Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);

        // No allocation sized by the peer's bytes: longer ones are refused before they are copied.
        return ParseShared(bytes[..Math.Min(bytes.Length, limits.Sizes.ChunkBytes + PrefixBytes + 1)].ToArray(),
            limits);
    }

    /// <summary>
    /// Parses without copying: the chunk refers to <paramref name="bytes"/>, which must not change while it lives.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static ContributionChunk ParseShared(ReadOnlyMemory<byte> bytes, MessageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        CanonicalReader reader = MessageFields.Open(bytes.Span, MessageType.ContributionChunk, Party.Peer);
        RoundContext context = RoundContext.Read(ref reader, limits);
        int client = MessageFields.Client(ref reader, limits);
        long index = reader.Int64(0, limits.Chunks - 1, "index");
        int start = reader.Position;
        reader.Fixed(limits.Sizes.ChunkBytes, "packed");
        reader.End();
        return new ContributionChunk(context, client, index, bytes.Slice(start, limits.Sizes.ChunkBytes));
    }

    private protected override int SizeHint => PrefixBytes + Packed.Length;

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Count(Client);
        writer.Int64(Index);
        writer.Fixed(Packed.Span);
    }
}
