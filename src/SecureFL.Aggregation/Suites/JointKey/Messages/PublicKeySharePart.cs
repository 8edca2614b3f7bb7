namespace SecureFL.Aggregation;

/// <summary>
/// One polynomial of a key holder's public key share: part 0 is b_k = -a s_k + e_k, part j >= 1 commits to coefficient j of its sharing polynomial.
/// Unsigned: the commitment binds it. Bounded by one polynomial of the ring.
/// </summary>
public sealed class PublicKeySharePart : ProtocolMessage
{
    internal PublicKeySharePart(RoundContext context, Digest commitments, int holder, int part, ReadOnlyMemory<byte> packed)
    {
        Context = context;
        Commitments = commitments;
        Holder = holder;
        Part = part;
        Packed = packed;
    }

    /// <summary>Plan, session, epoch.</summary>
    public RoundContext Context { get; }

    /// <summary>Hash of the epoch's commitments.</summary>
    public Digest Commitments { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>The part, 0 to t - 1.</summary>
    public int Part { get; }

    /// <summary>The packed residues.</summary>
    public ReadOnlyMemory<byte> Packed { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.PublicKeySharePart;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static PublicKeySharePart Parse(ReadOnlySpan<byte> bytes, AggregationPlan plan)
    {
        CanonicalReader reader = MessageLimits.Open(bytes, MessageType.PublicKeySharePart, Party.Peer);
        PublicKeySharePart part = new(
            RoundContext.Read(ref reader, plan),
            reader.Digest("commitments"),
            MessageLimits.Holder(ref reader, plan),
            reader.Int32(0, plan.Quorum.Threshold - 1, "part"),
            reader.Fixed(plan.JointKey.PolynomialBytes, "packed").ToArray());
        reader.End();
        return part;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Commitments);
        writer.Count(Holder);
        writer.Count(Part);
        writer.Fixed(Packed.Span);
    }
}
