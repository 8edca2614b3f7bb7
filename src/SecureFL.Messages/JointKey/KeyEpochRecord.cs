using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// A key epoch that all H key holders have signed: opening, commitments and the hash of the joint public key. Rounds
/// name its hash; the transcript keeps it.
/// </summary>
public sealed class KeyEpochRecord : ProtocolMessage
{
    private KeyEpochRecord(RoundContext context, Digest opening, Digest commitments, Digest publicKey,
        ImmutableArray<KeyEpochConfirmation> confirmations)
    {
        Context = context;
        Opening = opening;
        Commitments = commitments;
        PublicKey = publicKey;
        Confirmations = confirmations;
    }

    /// <summary>Plan, session, epoch.</summary>
    public RoundContext Context { get; }

    /// <summary>Hash of the epoch's opening: the reference polynomial derives from it.</summary>
    public Digest Opening { get; }

    /// <summary>Hash of the epoch's commitments.</summary>
    public Digest Commitments { get; }

    /// <summary>Hash of the joint public key.</summary>
    public Digest PublicKey { get; }

    /// <summary>The confirmations; number j is key holder j's.</summary>
    public ImmutableArray<KeyEpochConfirmation> Confirmations { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.KeyEpochRecord;

    /// <summary>
    /// Parses within the plan's limits; whether all holders signed it is the protocol's to say.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static KeyEpochRecord Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.KeyEpochRecord, Party.Server);
        RoundContext context = RoundContext.Read(ref reader, limits);
        Digest opening = reader.Digest("opening");
        Digest commitments = reader.Digest("commitments");
        Digest publicKey = reader.Digest("publicKey");
        var confirmations =
            new KeyEpochConfirmation[reader.Count(limits.KeyHolders, limits.KeyHolders,
                VerificationKey.SignatureSize, "confirmations")];
        for (int i = 0; i < confirmations.Length; i++)
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.KeyEpochConfirmation);
            confirmations[i] = KeyEpochConfirmation.Read(ref reader, limits);
            MessageFields.RequirePosition(ref reader, confirmations[i].Holder, i);
        }

        reader.End();
        return new KeyEpochRecord(context, opening, commitments, publicKey, [.. confirmations]);
    }

    /// <summary>
    /// The wire form, with the confirmations whole; the hash covers their hashes, since signature bytes identify
    /// nothing.
    /// </summary>
    public override byte[] Encode()
    {
        CanonicalWriter writer = new();
        writer.Byte((byte)Type);
        writer.Byte(ProtocolLimits.Version);
        WriteHead(writer);
        foreach (KeyEpochConfirmation confirmation in Confirmations)
        {
            writer.Fixed(confirmation.Encode());
        }

        return writer.ToArray();
    }

    internal static KeyEpochRecord Create(RoundContext context, Digest opening, Digest commitments, Digest publicKey,
        IEnumerable<KeyEpochConfirmation> confirmations) =>
        new(context, opening, commitments, publicKey, [.. confirmations.OrderBy(c => c.Holder)]);

    private protected override void WriteFields(CanonicalWriter writer)
    {
        WriteHead(writer);
        foreach (KeyEpochConfirmation confirmation in Confirmations)
        {
            writer.Digest(confirmation.Hash);
        }
    }

    private void WriteHead(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Opening);
        writer.Digest(Commitments);
        writer.Digest(PublicKey);
        writer.Count(Confirmations.Length);
    }
}
