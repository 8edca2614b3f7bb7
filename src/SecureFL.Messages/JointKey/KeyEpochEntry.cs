using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// A key holder's entry for a key epoch: a nonce for the reference polynomial and an HPKE key that other holders seal
/// its key shares to. The context's round is the epoch, here and in every message of a key generation.
/// </summary>
public sealed class KeyEpochEntry : SignedMessage
{
    private readonly byte[] _nonce;
    private readonly byte[] _sealingKey;

    private KeyEpochEntry(RoundContext context, int holder, byte[] nonce, byte[] sealingKey)
    {
        Context = context;
        Holder = holder;
        _nonce = nonce;
        _sealingKey = sealingKey;
    }

    /// <summary>Plan, session, epoch.</summary>
    public RoundContext Context { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>32 random bytes.</summary>
    public ReadOnlyMemory<byte> Nonce => _nonce;

    /// <summary>The HPKE public key that key shares for this holder are sealed to (65 bytes).</summary>
    public ReadOnlyMemory<byte> SealingKey => _sealingKey;

    /// <inheritdoc/>
    public override MessageType Type => MessageType.KeyEpochEntry;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static KeyEpochEntry Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.KeyEpochEntry, Party.Peer);
        KeyEpochEntry entry = Read(ref reader, limits);
        reader.End();
        return entry;
    }

    internal static KeyEpochEntry Create(RoundContext context, int holder, ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> sealingKey, SigningIdentity identity)
    {
        KeyEpochEntry entry = new(context, holder, nonce.ToArray(), sealingKey.ToArray());
        entry.SignWith(identity);
        return entry;
    }

    /// <summary>Reads what follows type and version.</summary>
    internal static KeyEpochEntry Read(ref CanonicalReader reader, MessageLimits limits)
    {
        KeyEpochEntry entry = new(
            RoundContext.Read(ref reader, limits),
            MessageFields.Holder(ref reader, limits),
            reader.Fixed(RoundOpeningEntry.NonceSize, "nonce").ToArray(),
            reader.Fixed(RoundOpeningEntry.PublicKeySize, "sealingKey").ToArray());
        entry.ReadSignature(ref reader);
        return entry;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Count(Holder);
        writer.Fixed(_nonce);
        writer.Fixed(_sealingKey);
    }
}
