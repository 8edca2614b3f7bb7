using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// A key holder has seen every public key share open to its commitment, has checked every key share for itself, and
/// keeps its part of this key durably.
/// </summary>
public sealed class KeyEpochConfirmation : SignedMessage
{
    private KeyEpochConfirmation(RoundContext context, Digest commitments, Digest publicKey, int holder)
    {
        Context = context;
        Commitments = commitments;
        PublicKey = publicKey;
        Holder = holder;
    }

    /// <summary>Plan, session, epoch.</summary>
    public RoundContext Context { get; }

    /// <summary>Hash of the epoch's commitments.</summary>
    public Digest Commitments { get; }

    /// <summary>Hash of the joint public key.</summary>
    public Digest PublicKey { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.KeyEpochConfirmation;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static KeyEpochConfirmation Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.KeyEpochConfirmation, Party.Peer);
        KeyEpochConfirmation confirmation = Read(ref reader, limits);
        reader.End();
        return confirmation;
    }

    internal static KeyEpochConfirmation Create(RoundContext context, Digest commitments, Digest publicKey, int holder,
        SigningIdentity identity)
    {
        KeyEpochConfirmation confirmation = new(context, commitments, publicKey, holder);
        confirmation.SignWith(identity);
        return confirmation;
    }

    /// <summary>Reads what follows type and version.</summary>
    internal static KeyEpochConfirmation Read(ref CanonicalReader reader, MessageLimits limits)
    {
        KeyEpochConfirmation confirmation = new(
            RoundContext.Read(ref reader, limits), reader.Digest("commitments"), reader.Digest("publicKey"),
            MessageFields.Holder(ref reader, limits));
        confirmation.ReadSignature(ref reader);
        return confirmation;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Commitments);
        writer.Digest(PublicKey);
        writer.Count(Holder);
    }
}
