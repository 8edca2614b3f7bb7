using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// A key holder's last word: it enters no round and votes for no set of the plan any more. As an entry does, it says
/// which version is its head, and in which rounds since it the holder voted.
/// </summary>
public sealed class ClosingStatement : SignedMessage
{
    private ClosingStatement(RoundContext context, Digest head, int holder, ImmutableArray<ulong> voted)
    {
        Context = context;
        Head = head;
        Holder = holder;
        VotedRounds = voted;
    }

    /// <summary>Plan, session; round 0.</summary>
    public RoundContext Context { get; }

    /// <summary>Digest of the newest model version that the holder knows.</summary>
    public Digest Head { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>The rounds, rising, after the one that made the head, in which the holder voted for a set.</summary>
    public ImmutableArray<ulong> VotedRounds { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.ClosingStatement;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static ClosingStatement Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.ClosingStatement, Party.Peer);
        ClosingStatement statement = Read(ref reader, limits);
        reader.End();
        return statement;
    }

    internal static ClosingStatement Create(RoundContext context, Digest head, int holder,
        ImmutableArray<ulong> voted, SigningIdentity identity)
    {
        ClosingStatement statement = new(context, head, holder, voted);
        statement.SignWith(identity);
        return statement;
    }

    /// <summary>Reads what follows type and version.</summary>
    internal static ClosingStatement Read(ref CanonicalReader reader, MessageLimits limits)
    {
        ClosingStatement statement = new(
            RoundContext.Read(ref reader, limits),
            reader.Digest("head"),
            MessageFields.Holder(ref reader, limits),
            MessageFields.RisingRounds(ref reader, (ulong)limits.Rounds, "voted"));
        statement.ReadSignature(ref reader);
        return statement;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Head);
        writer.Count(Holder);
        MessageFields.WriteRounds(writer, VotedRounds);
    }
}
