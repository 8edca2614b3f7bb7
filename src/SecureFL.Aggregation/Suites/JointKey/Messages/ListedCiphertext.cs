namespace SecureFL.Aggregation;

/// <summary>
/// The half c1 of one chunk of one listed contribution, and the hash of the other half: with them an active key holder
/// recomputes the contribution's signed root and the sum that it is asked to decrypt. Bounded by one polynomial of the
/// ring.
/// </summary>
public sealed class ListedCiphertext : ProtocolMessage
{
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
    public static ListedCiphertext Parse(ReadOnlySpan<byte> bytes, AggregationPlan plan)
    {
        CanonicalReader reader = MessageLimits.Open(bytes, MessageType.ListedCiphertext, Party.Server);
        ListedCiphertext ciphertext = new(
            RoundContext.Read(ref reader, plan),
            reader.Digest("certificate"),
            reader.Int32(0, plan.Enrolment.Clients.Count - 1, "group"),
            reader.Int64(0, plan.Parameters.ChunkCount - 1, "chunk"),
            MessageLimits.Client(ref reader, plan),
            reader.Digest("otherHalf"),
            reader.Fixed(plan.JointKey.PolynomialBytes, "packed").ToArray());
        reader.End();
        return ciphertext;
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
