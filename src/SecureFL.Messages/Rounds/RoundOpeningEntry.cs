using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// A key holder's entry for a round, over plan, session, round, head and task: its nonce, and its HPKE key for this
/// round alone. In the joint-key suite the hash of the key epoch's record stands in the key's place. It says in which
/// rounds since the head's the holder voted: a transcript that has this entry has to account for each of them.
/// </summary>
public sealed class RoundOpeningEntry : SignedMessage
{
    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 32;

    /// <summary>Bytes of an HPKE public key (P-256, uncompressed).</summary>
    public const int PublicKeySize = 65;

    private readonly byte[] _nonce;
    private readonly byte[] _publicKey;

    private RoundOpeningEntry(RoundContext context, Digest head, Digest task, int holder, byte[] nonce,
        byte[] publicKey, ImmutableArray<ulong> voted)
    {
        Context = context;
        Head = head;
        Task = task;
        Holder = holder;
        _nonce = nonce;
        _publicKey = publicKey;
        VotedRounds = voted;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>Digest of the newest model version that the holder knows.</summary>
    public Digest Head { get; }

    /// <summary>Digest of the round's task (<see cref="RoundTask.DigestOn"/>).</summary>
    public Digest Task { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>32 random bytes.</summary>
    public ReadOnlyMemory<byte> Nonce => _nonce;

    /// <summary>
    /// The HPKE public key of the round; in the joint-key suite the 32 bytes of <see cref="KeyEpoch"/>.
    /// </summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>Hash of the key epoch that the round is under; zero in the one-time-key suite.</summary>
    public Digest KeyEpoch => _publicKey.Length == Digest.Size ? new Digest(_publicKey) : default;

    /// <summary>
    /// The rounds, rising, after the one that made the head and before this one, in which the holder voted for a set:
    /// none of them made a version of the chain up to the head.
    /// </summary>
    public ImmutableArray<ulong> VotedRounds { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.RoundOpeningEntry;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static RoundOpeningEntry Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.RoundOpeningEntry, Party.Peer);
        RoundOpeningEntry entry = Read(ref reader, limits);
        reader.End();
        return entry;
    }

    internal static RoundOpeningEntry Create(
        RoundContext context, Digest head, Digest task, int holder, ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> publicKey, ImmutableArray<ulong> voted, SigningIdentity identity)
    {
        RoundOpeningEntry entry = new(context, head, task, holder, nonce.ToArray(), publicKey.ToArray(), voted);
        entry.SignWith(identity);
        return entry;
    }

    /// <summary>Reads what follows type and version.</summary>
    internal static RoundOpeningEntry Read(ref CanonicalReader reader, MessageLimits limits)
    {
        RoundContext context = RoundContext.Read(ref reader, limits);
        RoundOpeningEntry entry = new(
            context,
            reader.Digest("head"),
            reader.Digest("task"),
            MessageFields.Holder(ref reader, limits),
            reader.Fixed(NonceSize, "nonce").ToArray(),
            reader.Fixed(limits.Sizes.EntryKeyBytes, "publicKey").ToArray(),
            MessageFields.RisingRounds(ref reader, context.Round, "voted"));
        entry.ReadSignature(ref reader);
        return entry;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Head);
        writer.Digest(Task);
        writer.Count(Holder);
        writer.Fixed(_nonce);
        writer.Fixed(_publicKey);
        MessageFields.WriteRounds(writer, VotedRounds);
    }
}
