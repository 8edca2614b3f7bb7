using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// The entries that open a round, by holder index, and the round's task. Its hash, the opening digest, covers the task
/// and the hashes of the entries; the public polynomials of the round derive from it, and every later message carries
/// it.
/// </summary>
public sealed class RoundOpening : ProtocolMessage
{
    private RoundOpening(RoundContext context, Digest head, RoundTask task, ImmutableArray<RoundOpeningEntry> entries)
    {
        Context = context;
        Head = head;
        Task = task;
        Entries = entries;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>Digest of the newest model version.</summary>
    public Digest Head { get; }

    /// <summary>What the round computes.</summary>
    public RoundTask Task { get; }

    /// <summary>The entries, holder indices strictly rising.</summary>
    public ImmutableArray<RoundOpeningEntry> Entries { get; }

    /// <summary>Hash of the key epoch that the round is under; zero in the one-time-key suite.</summary>
    public Digest KeyEpoch => Entries.IsEmpty ? default : Entries[0].KeyEpoch;

    /// <inheritdoc/>
    public override MessageType Type => MessageType.RoundOpening;

    /// <summary>Puts entries in order; whether they are enough is the protocol's to say.</summary>
    public static RoundOpening Create(RoundContext context, Digest head, RoundTask task,
        IEnumerable<RoundOpeningEntry> entries) => new(context, head, task, [.. entries.OrderBy(e => e.Holder)]);

    /// <summary>Parses within the plan's limits; signatures and quorum are checked where the message is used.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static RoundOpening Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.RoundOpening, Party.Server);
        RoundOpening opening = Read(ref reader, limits);
        reader.End();
        return opening;
    }

    /// <inheritdoc/>
    public override byte[] Encode()
    {
        CanonicalWriter writer = new();
        writer.Byte((byte)Type);
        writer.Byte(ProtocolLimits.Version);
        WriteWire(writer);
        return writer.ToArray();
    }

    /// <summary>Position of a holder's entry, or -1.</summary>
    public int PositionOf(int holder)
    {
        for (int i = 0; i < Entries.Length; i++)
        {
            if (Entries[i].Holder == holder)
            {
                return i;
            }
        }

        return -1;
    }

    internal void WriteWire(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Head);
        Task.Write(writer);
        writer.Count(Entries.Length);
        foreach (RoundOpeningEntry entry in Entries)
        {
            writer.Fixed(entry.Encode());
        }
    }

    internal static RoundOpening Read(ref CanonicalReader reader, MessageLimits limits)
    {
        RoundContext context = RoundContext.Read(ref reader, limits);
        Digest head = reader.Digest("head");
        RoundTask task = RoundTask.Read(ref reader);
        var entries =
            new RoundOpeningEntry[reader.Count(1, limits.KeyHolders, VerificationKey.SignatureSize, "entries")];
        for (int i = 0; i < entries.Length; i++)
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.RoundOpeningEntry);
            entries[i] = RoundOpeningEntry.Read(ref reader, limits);
            if (i > 0 && entries[i].Holder <= entries[i - 1].Holder)
            {
                throw reader.Refuse(
                    entries[i].Holder == entries[i - 1].Holder ? ViolationCode.DuplicateHolder
                        : ViolationCode.NonCanonical,
                    "entries", "rising holder indices", entries[i].Holder);
            }
        }

        return new RoundOpening(context, head, task, [.. entries]);
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Head);
        Task.Write(writer);
        writer.Count(Entries.Length);
        foreach (RoundOpeningEntry entry in Entries)
        {
            writer.Digest(entry.Hash);
        }
    }
}
