using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;

namespace SecureFL.Protocol.Sessions;

/// <summary>Names a task of a key holder: the same key is the same bytes, sent once a stream.</summary>
/// <param name="Kind">The message that it hands over, or the one that it asks for.</param>
/// <param name="Round">The round or key epoch, 0 where there is none.</param>
/// <param name="Subject">Client of a share, peer of a ledger message or key share, place in a series.</param>
/// <param name="Nonce">Distinguishes the requests of one peer.</param>
/// <param name="Series">The series that it belongs to, counted on its stream; 0 for none.</param>
/// <param name="Asks">Whether it asks for the message (<see cref="HolderRequest"/>).</param>
public readonly record struct HolderTaskKey(MessageType Kind, ulong Round, int Subject = 0, Digest Nonce = default,
    int Series = 0, bool Asks = false)
{
    /// <summary>The task in words, for people.</summary>
    public string Name => Kind.ToTaskWords(Asks);
}

/// <summary>A task that is due.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Create">Makes its canonical bytes.</param>
public readonly record struct DueTask(HolderTaskKey Key, Func<byte[]> Create)
{
    /// <summary>Hands a message over.</summary>
    public static DueTask Of(ulong round, Func<ProtocolMessage> message, MessageType type, int subject = 0) =>
        new(new HolderTaskKey(type, round, subject), () => message().Encode());

    /// <summary>Asks for a message.</summary>
    public static DueTask Ask(RoundContext context, MessageType wanted, int index = 0) =>
        new(new HolderTaskKey(wanted, context.Round, index, Asks: true),
            () => HolderRequest.Create(context, wanted, index).Encode());

    /// <summary>Asks for the plan's end.</summary>
    public static DueTask AskClosing(RoundContext context, IEnumerable<ModelVersion> versions) =>
        new(new HolderTaskKey(MessageType.ClosingStatement, context.Round, Asks: true),
            () => HolderRequest.ForClosing(context, versions).Encode());

    /// <summary>Asks for an entry.</summary>
    public static DueTask AskEntry(RoundContext context, RoundTask task, IEnumerable<ModelVersion> versions) =>
        new(new HolderTaskKey(MessageType.RoundOpeningEntry, context.Round, Asks: true),
            () => HolderRequest.ForEntry(context, task, versions).Encode());
}

/// <summary>A task on its way to a key holder.</summary>
/// <param name="Id">What the answer names it by.</param>
/// <param name="Message">The canonical message.</param>
public readonly record struct SentTask(ulong Id, byte[] Message);
