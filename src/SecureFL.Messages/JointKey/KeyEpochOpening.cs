using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>The entries of all H key holders for a key epoch. Its hash fixes the reference polynomial.</summary>
public sealed class KeyEpochOpening : ProtocolMessage
{
    private KeyEpochOpening(RoundContext context, ImmutableArray<KeyEpochEntry> entries)
    {
        Context = context;
        Entries = entries;
    }

    /// <summary>Plan, session, epoch.</summary>
    public RoundContext Context { get; }

    /// <summary>The entries; entry j is key holder j's.</summary>
    public ImmutableArray<KeyEpochEntry> Entries { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.KeyEpochOpening;

    /// <summary>Parses within the plan's limits; signatures are checked where the message is used.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static KeyEpochOpening Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.KeyEpochOpening, Party.Server);
        RoundContext context = RoundContext.Read(ref reader, limits);
        KeyEpochEntry[] entries =
            new KeyEpochEntry[reader.Count(limits.KeyHolders, limits.KeyHolders,
                VerificationKey.SignatureSize, "entries")];
        for (int i = 0; i < entries.Length; i++)
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.KeyEpochEntry);
            entries[i] = KeyEpochEntry.Read(ref reader, limits);
            MessageFields.RequirePosition(ref reader, entries[i].Holder, i);
        }

        reader.End();
        return new KeyEpochOpening(context, [.. entries]);
    }

    /// <summary>
    /// The wire form, with the entries whole; the hash covers their hashes, since signature bytes identify nothing.
    /// </summary>
    public override byte[] Encode()
    {
        CanonicalWriter writer = new();
        writer.Byte((byte)Type);
        writer.Byte(ProtocolLimits.Version);
        WriteHead(writer);
        foreach (KeyEpochEntry entry in Entries)
        {
            writer.Fixed(entry.Encode());
        }

        return writer.ToArray();
    }

    internal static KeyEpochOpening Create(RoundContext context, IEnumerable<KeyEpochEntry> entries) =>
        new(context, [.. entries.OrderBy(e => e.Holder)]);

    private protected override void WriteFields(CanonicalWriter writer)
    {
        WriteHead(writer);
        foreach (KeyEpochEntry entry in Entries)
        {
            writer.Digest(entry.Hash);
        }
    }

    private void WriteHead(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Count(Entries.Length);
    }
}
