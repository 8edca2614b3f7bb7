using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// What a key holder gets of a contribution: the client's statement and this holder's share ciphertext. Independent of
/// the model's size.
/// </summary>
public sealed class ShareDelivery : ProtocolMessage
{
    internal ShareDelivery(ContributionStatement statement, int holder, ReadOnlyMemory<byte> share)
    {
        Statement = statement;
        Holder = holder;
        Share = share;
    }

    /// <summary>What the client signed.</summary>
    public ContributionStatement Statement { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>HPKE encapsulated key, then ciphertext and tag.</summary>
    public ReadOnlyMemory<byte> Share { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.ShareDelivery;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static ShareDelivery Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.ShareDelivery, Party.Server);
        RoundContext.ReadTypeAndVersion(ref reader, MessageType.ContributionStatement);
        ContributionStatement statement = ContributionStatement.Read(ref reader, limits);
        int holder = MessageFields.Holder(ref reader, limits);
        byte[] share = reader.Fixed(limits.Sizes.ShareBytes, "share").ToArray();
        reader.End();
        return new ShareDelivery(statement, holder, share);
    }

    private protected override int SizeHint => ContributionStatement.RoomNeeded + Share.Length;

    private protected override void WriteFields(CanonicalWriter writer)
    {
        writer.Fixed(Statement.Encode());
        writer.Count(Holder);
        writer.Fixed(Share.Span);
    }
}
