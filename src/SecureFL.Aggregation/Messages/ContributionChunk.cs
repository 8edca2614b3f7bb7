namespace SecureFL.Aggregation;

/// <summary>One packed ciphertext chunk of a contribution. Unsigned: the root in the signed statement binds it.</summary>
public sealed class ContributionChunk : ProtocolMessage
{
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

    /// <summary>The bit-packed residues, a fixed number of bytes under the plan.</summary>
    public ReadOnlyMemory<byte> Packed { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.ContributionChunk;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static ContributionChunk Parse(ReadOnlySpan<byte> bytes, AggregationPlan plan)
    {
        CanonicalReader reader = MessageLimits.Open(bytes, MessageType.ContributionChunk, Party.Peer);
        ContributionChunk chunk = new(
            RoundContext.Read(ref reader, plan),
            MessageLimits.Client(ref reader, plan),
            reader.Int64(0, plan.Parameters.ChunkCount - 1, "index"),
            reader.Fixed(plan.Parameters.ChunkBytes, "packed").ToArray());
        reader.End();
        return chunk;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Count(Client);
        writer.Int64(Index);
        writer.Fixed(Packed.Span);
    }
}
