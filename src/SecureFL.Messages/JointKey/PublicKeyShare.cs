using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// A key holder's revealed share of the joint public key, b_k = -a s_k + e_k. Unsigned: the commitment binds it.
/// Bounded by one polynomial of the ring.
/// </summary>
public sealed class PublicKeyShare : ProtocolMessage
{
    internal PublicKeyShare(RoundContext context, Digest commitments, int holder, ReadOnlyMemory<byte> packed)
    {
        Context = context;
        Commitments = commitments;
        Holder = holder;
        Packed = packed;
    }

    /// <summary>Plan, session, epoch.</summary>
    public RoundContext Context { get; }

    /// <summary>Hash of the epoch's commitments.</summary>
    public Digest Commitments { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>The packed residues.</summary>
    public ReadOnlyMemory<byte> Packed { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.PublicKeyShare;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static PublicKeyShare Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.PublicKeyShare, Party.Peer);
        PublicKeyShare share = new(
            RoundContext.Read(ref reader, limits),
            reader.Digest("commitments"),
            MessageFields.Holder(ref reader, limits),
            reader.Fixed(limits.JointKey.PublicKeyBytes, "packed").ToArray());
        reader.End();
        return share;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Commitments);
        writer.Count(Holder);
        writer.Fixed(Packed.Span);
    }
}
