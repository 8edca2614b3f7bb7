using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// A Shamir share of one key holder's secret for another one, sealed to its epoch key. Unsigned: the dealing binds it.
/// Bounded by one polynomial of the ring.
/// </summary>
public sealed class SealedKeyShare : ProtocolMessage
{
    internal SealedKeyShare(RoundContext context, Digest commitments, int dealer, int recipient,
        ReadOnlyMemory<byte> ciphertext)
    {
        Context = context;
        Commitments = commitments;
        Dealer = dealer;
        Recipient = recipient;
        Ciphertext = ciphertext;
    }

    /// <summary>Plan, session, epoch.</summary>
    public RoundContext Context { get; }

    /// <summary>Hash of the epoch's commitments.</summary>
    public Digest Commitments { get; }

    /// <summary>Plan index of the holder whose secret is shared.</summary>
    public int Dealer { get; }

    /// <summary>Plan index of the holder that the share is for.</summary>
    public int Recipient { get; }

    /// <summary>HPKE encapsulated key, then ciphertext and tag.</summary>
    public ReadOnlyMemory<byte> Ciphertext { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.SealedKeyShare;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static SealedKeyShare Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.SealedKeyShare, Party.Peer);
        SealedKeyShare share = new(
            RoundContext.Read(ref reader, limits),
            reader.Digest("commitments"),
            MessageFields.Holder(ref reader, limits),
            MessageFields.Holder(ref reader, limits),
            reader.Fixed(limits.JointKey.SealedShareBytes, "ciphertext").ToArray());
        reader.End();
        return share;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Commitments);
        writer.Count(Dealer);
        writer.Count(Recipient);
        writer.Fixed(Ciphertext.Span);
    }
}
