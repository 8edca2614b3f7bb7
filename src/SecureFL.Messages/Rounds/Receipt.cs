using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// A key holder has opened and checked its share of a contribution. It only tells the server whom to list.
/// </summary>
public sealed class Receipt : SignedMessage
{
    private Receipt(RoundContext context, Digest opening, int holder, int client, Digest contribution)
    {
        Context = context;
        Opening = opening;
        Holder = holder;
        Client = client;
        Contribution = contribution;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>The opening digest.</summary>
    public Digest Opening { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>The client's plan index.</summary>
    public int Client { get; }

    /// <summary>The contribution's hash.</summary>
    public Digest Contribution { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.Receipt;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static Receipt Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.Receipt, Party.Peer);
        Receipt receipt = new(
            RoundContext.Read(ref reader, limits),
            reader.Digest("opening"),
            MessageFields.Holder(ref reader, limits),
            MessageFields.Client(ref reader, limits),
            reader.Digest("contribution"));
        receipt.ReadSignature(ref reader);
        reader.End();
        return receipt;
    }

    internal static Receipt Create(ContributionStatement statement, int holder, SigningIdentity identity)
    {
        Receipt receipt = new(statement.Context, statement.Opening, holder, statement.Client, statement.Hash);
        receipt.SignWith(identity);
        return receipt;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Opening);
        writer.Count(Holder);
        writer.Count(Client);
        writer.Digest(Contribution);
    }
}
