using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// The joint public key b = sum of the b_k, packed; the other half, a, is derived. Unsigned: the key epoch's record
/// binds its hash.
/// </summary>
public sealed class JointPublicKeyMessage : ProtocolMessage
{
    internal JointPublicKeyMessage(RoundContext context, ReadOnlyMemory<byte> packed)
    {
        Context = context;
        Packed = packed;
    }

    /// <summary>Plan, session, epoch.</summary>
    public RoundContext Context { get; }

    /// <summary>The packed residues of b.</summary>
    public ReadOnlyMemory<byte> Packed { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.JointPublicKeyMessage;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static JointPublicKeyMessage Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.JointPublicKeyMessage, Party.Server);
        JointPublicKeyMessage key = new(RoundContext.Read(ref reader, limits),
            reader.Fixed(limits.JointKey.PublicKeyBytes, "packed").ToArray());
        reader.End();
        return key;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Fixed(Packed.Span);
    }
}
