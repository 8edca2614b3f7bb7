namespace SecureFL.Aggregation;

/// <summary>
/// An active key holder's partial decryption of one chunk of a group. Unsigned: the root in the holder's release binds
/// it. Bounded by one polynomial of the ring.
/// </summary>
public sealed class PartialDecryptionChunk : ProtocolMessage
{
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
    public static PartialDecryptionChunk Parse(ReadOnlySpan<byte> bytes, AggregationPlan plan)
    {
        CanonicalReader reader = MessageLimits.Open(bytes, MessageType.PartialDecryptionChunk, Party.Peer);
        PartialDecryptionChunk message = new(
            RoundContext.Read(ref reader, plan),
            reader.Digest("certificate"),
            MessageLimits.Holder(ref reader, plan),
            reader.Int32(0, plan.Enrolment.Clients.Count - 1, "group"),
            reader.Int64(0, plan.Parameters.ChunkCount - 1, "chunk"),
            reader.Fixed(plan.JointKey.PolynomialBytes, "packed").ToArray());
        reader.End();
        return message;
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
