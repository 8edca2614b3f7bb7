using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// What a key holder gets of a contribution: the client's statement, this holder's share ciphertext, and the linear
/// digest in suites that have one. Independent of the model's size.
/// </summary>
public sealed class ShareDelivery : ProtocolMessage
{
    internal ShareDelivery(ContributionStatement statement, int holder, ReadOnlyMemory<byte> share,
        ReadOnlyMemory<byte> linearDigest = default)
    {
        Statement = statement;
        Holder = holder;
        Share = share;
        LinearDigest = linearDigest;
    }

    /// <summary>What the client signed.</summary>
    public ContributionStatement Statement { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>HPKE encapsulated key, then ciphertext and tag.</summary>
    public ReadOnlyMemory<byte> Share { get; }

    /// <summary>The canonical linear digest of the contribution's chunks; empty in suites without.</summary>
    public ReadOnlyMemory<byte> LinearDigest { get; }

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
        byte[] linearDigest = reader.Fixed(limits.Sizes.LinearDigestBytes, "linearDigest").ToArray();
        reader.End();
        return new ShareDelivery(statement, holder, share, linearDigest);
    }

    private protected override int SizeHint => ContributionStatement.RoomNeeded + Share.Length + LinearDigest.Length;

    private protected override void WriteFields(CanonicalWriter writer)
    {
        writer.Fixed(Statement.Encode());
        writer.Count(Holder);
        writer.Fixed(Share.Span);
        writer.Fixed(LinearDigest.Span);
    }
}
