using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// The server asks a key holder for a message that nothing else asks for: its entry for a round, a round's death, its
/// part of a key epoch, a partial decryption. Not signed: what the holder does with it, it checks against its own
/// ledger.
/// </summary>
public sealed class HolderRequest : ProtocolMessage
{
    private const int MaxVersionBytes = 1024;

    // Type, version, and the context: suite, plan, session, round.
    private const int WantedOffset = 2 + 1 + Digest.Size + SessionId.Size + sizeof(ulong);

    private HolderRequest(RoundContext context, MessageType wanted, int index, long position, RoundTask task,
        ImmutableArray<ModelVersion> versions)
    {
        Context = context;
        Wanted = wanted;
        Index = index;
        Position = position;
        Task = task;
        Versions = versions;
    }

    /// <summary>Plan, session, and the round or key epoch that the wanted message is about.</summary>
    public RoundContext Context { get; }

    /// <summary>The type of the message that is asked for.</summary>
    public MessageType Wanted { get; }

    /// <summary>The recipient of a key share, or the group of a partial decryption; 0 elsewhere.</summary>
    public int Index { get; }

    /// <summary>The chunk of a partial decryption; 0 elsewhere.</summary>
    public long Position { get; }

    /// <summary>For an entry: what the round is to compute. The default elsewhere.</summary>
    public RoundTask Task { get; }

    /// <summary>For an entry and the plan's end: model versions that may be new to the holder, oldest first. Empty
    /// elsewhere.</summary>
    public ImmutableArray<ModelVersion> Versions { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.HolderRequest;

    /// <summary>Asks for a message.</summary>
    /// <param name="context">The round or key epoch.</param>
    /// <param name="wanted">The type of the message.</param>
    /// <param name="index">As in <see cref="Index"/>.</param>
    /// <param name="position">As in <see cref="Position"/>.</param>
    public static HolderRequest Create(RoundContext context, MessageType wanted, int index = 0, long position = 0) =>
        new(context, wanted, index, position, default, []);

    /// <summary>Asks for an entry for a round.</summary>
    /// <param name="context">The round.</param>
    /// <param name="task">As in <see cref="Task"/>.</param>
    /// <param name="versions">As in <see cref="Versions"/>.</param>
    public static HolderRequest ForEntry(RoundContext context, RoundTask task, IEnumerable<ModelVersion> versions) =>
        new(context, MessageType.RoundOpeningEntry, 0, 0, task, [.. versions]);

    /// <summary>Asks for the plan's end.</summary>
    /// <param name="context">The plan's context, of round 0.</param>
    /// <param name="versions">As in <see cref="Versions"/>.</param>
    public static HolderRequest ForClosing(RoundContext context, IEnumerable<ModelVersion> versions) =>
        new(context, MessageType.ClosingStatement, 0, 0, default, [.. versions]);

    /// <summary>The type that a request asks for, by its bytes alone; the default where they are none.</summary>
    public static MessageType WantedBy(ReadOnlySpan<byte> request) =>
        request.Length > WantedOffset ? (MessageType)request[WantedOffset] : default;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static HolderRequest Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.HolderRequest, Party.Server);
        RoundContext context = RoundContext.Read(ref reader, limits);
        byte wanted = reader.Byte("wanted");
        if (!Enum.IsDefined((MessageType)wanted))
        {
            throw reader.Refuse(ViolationCode.WrongMessageType, "wanted", "a type of message", wanted);
        }

        int index = reader.Int32(0, int.MaxValue, "index");
        long position = reader.Int64(0, long.MaxValue, "position");
        RoundTask task = RoundTask.Read(ref reader);
        if ((MessageType)wanted != MessageType.RoundOpeningEntry && task != default)
        {
            throw reader.Refuse(ViolationCode.NonCanonical, "task", "none but for an entry", task);
        }

        int most = (MessageType)wanted is MessageType.RoundOpeningEntry or MessageType.ClosingStatement
            ? limits.Rounds + 1 : 0;
        ModelVersion[] versions = new ModelVersion[reader.Count(0, most, VerificationKey.SignatureSize, "versions")];
        for (int i = 0; i < versions.Length; i++)
        {
            versions[i] = ModelVersion.Parse(reader.Counted(MaxVersionBytes, "versions"), limits);
        }

        reader.End();
        return new HolderRequest(context, (MessageType)wanted, index, position, task, [.. versions]);
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Byte((byte)Wanted);
        writer.Count(Index);
        writer.Int64(Position);
        Task.Write(writer);
        writer.Count(Versions.Length);
        foreach (ModelVersion version in Versions)
        {
            writer.Counted(version.Encode());
        }
    }
}
