using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// A key holder's promise of its public key share, before it has seen anybody else's: who could choose a share after
/// seeing the others could choose the joint key (the rogue-key attack).
/// </summary>
public sealed class PublicKeyCommitment : SignedMessage
{
    private PublicKeyCommitment(RoundContext context, Digest opening, int holder, Digest commitment)
    {
        Context = context;
        Opening = opening;
        Holder = holder;
        Commitment = commitment;
    }

    /// <summary>Plan, session, epoch.</summary>
    public RoundContext Context { get; }

    /// <summary>Hash of the epoch's opening.</summary>
    public Digest Opening { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>H("public-key-share", context || opening || holder || hashes of the parts).</summary>
    public Digest Commitment { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.PublicKeyCommitment;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static PublicKeyCommitment Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.PublicKeyCommitment, Party.Peer);
        PublicKeyCommitment commitment = Read(ref reader, limits);
        reader.End();
        return commitment;
    }

    internal static PublicKeyCommitment Create(RoundContext context, Digest opening, int holder, Digest commitment,
        SigningIdentity identity)
    {
        PublicKeyCommitment message = new(context, opening, holder, commitment);
        message.SignWith(identity);
        return message;
    }

    /// <summary>Reads what follows type and version.</summary>
    internal static PublicKeyCommitment Read(ref CanonicalReader reader, MessageLimits limits)
    {
        PublicKeyCommitment message = new(
            RoundContext.Read(ref reader, limits), reader.Digest("opening"), MessageFields.Holder(ref reader, limits),
            reader.Digest("commitment"));
        message.ReadSignature(ref reader);
        return message;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Opening);
        writer.Count(Holder);
        writer.Digest(Commitment);
    }
}
