namespace SecureFL.Aggregation;

/// <summary>
/// A key holder's entry for a round, over plan, session, round and head: its nonce, and its HPKE key for this round
/// alone. In the joint-key suite the hash of the key epoch's record stands in the key's place.
/// </summary>
public sealed class RoundOpeningEntry : SignedMessage
{
    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 32;

    /// <summary>Bytes of an HPKE public key (P-256, uncompressed).</summary>
    public const int PublicKeySize = 65;

    private readonly byte[] _nonce;
    private readonly byte[] _publicKey;

    private RoundOpeningEntry(RoundContext context, Digest head, int holder, byte[] nonce, byte[] publicKey)
    {
        Context = context;
        Head = head;
        Holder = holder;
        _nonce = nonce;
        _publicKey = publicKey;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>Digest of the newest model version that the holder knows.</summary>
    public Digest Head { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>32 random bytes.</summary>
    public ReadOnlyMemory<byte> Nonce => _nonce;

    /// <summary>
    /// The HPKE public key of the round; in the joint-key suite the 32 bytes of <see cref="KeyEpoch"/>.
    /// </summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>Hash of the key epoch that the round is under; zero in the one-time-key suite.</summary>
    public Digest KeyEpoch => Context.Suite == Suite.JointKey ? new Digest(_publicKey) : default;

    /// <inheritdoc/>
    public override MessageType Type => MessageType.RoundOpeningEntry;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static RoundOpeningEntry Parse(ReadOnlySpan<byte> bytes, AggregationPlan plan)
    {
        CanonicalReader reader = MessageLimits.Open(bytes, MessageType.RoundOpeningEntry, Party.Peer);
        RoundOpeningEntry entry = Read(ref reader, plan);
        reader.End();
        return entry;
    }

    internal static RoundOpeningEntry Create(
        RoundContext context, Digest head, int holder, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> publicKey,
        SigningIdentity identity)
    {
        RoundOpeningEntry entry = new(context, head, holder, nonce.ToArray(), publicKey.ToArray());
        entry.SignWith(identity);
        return entry;
    }

    /// <summary>Reads what follows type and version.</summary>
    internal static RoundOpeningEntry Read(ref CanonicalReader reader, AggregationPlan plan)
    {
        RoundOpeningEntry entry = new(
            RoundContext.Read(ref reader, plan),
            reader.Digest("head"),
            MessageLimits.Holder(ref reader, plan),
            reader.Fixed(NonceSize, "nonce").ToArray(),
            reader.Fixed(plan.IsJointKey ? Digest.Size : PublicKeySize, "publicKey").ToArray());
        entry.ReadSignature(ref reader);
        return entry;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Head);
        writer.Count(Holder);
        writer.Fixed(_nonce);
        writer.Fixed(_publicKey);
    }
}
