using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// The commitments of all H key holders: nobody reveals before it has seen them all, and everybody confirms the key
/// under their hash.
/// </summary>
public sealed class KeyEpochCommitments : ProtocolMessage
{
    private KeyEpochCommitments(RoundContext context, ImmutableArray<PublicKeyCommitment> commitments)
    {
        Context = context;
        Commitments = commitments;
    }

    /// <summary>Plan, session, epoch.</summary>
    public RoundContext Context { get; }

    /// <summary>The commitments; number j is key holder j's.</summary>
    public ImmutableArray<PublicKeyCommitment> Commitments { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.KeyEpochCommitments;

    /// <summary>Parses within the plan's limits; signatures are checked where the message is used.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static KeyEpochCommitments Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.KeyEpochCommitments, Party.Server);
        RoundContext context = RoundContext.Read(ref reader, limits);
        var commitments =
            new PublicKeyCommitment[reader.Count(limits.KeyHolders, limits.KeyHolders,
                VerificationKey.SignatureSize, "commitments")];
        for (int i = 0; i < commitments.Length; i++)
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.PublicKeyCommitment);
            commitments[i] = PublicKeyCommitment.Read(ref reader, limits);
            MessageFields.RequirePosition(ref reader, commitments[i].Holder, i);
        }

        reader.End();
        return new KeyEpochCommitments(context, [.. commitments]);
    }

    /// <summary>
    /// The wire form, with the commitments whole; the hash covers their hashes, since signature bytes identify nothing.
    /// </summary>
    public override byte[] Encode()
    {
        CanonicalWriter writer = new();
        writer.Byte((byte)Type);
        writer.Byte(ProtocolLimits.Version);
        WriteHead(writer);
        foreach (PublicKeyCommitment commitment in Commitments)
        {
            writer.Fixed(commitment.Encode());
        }

        return writer.ToArray();
    }

    internal static KeyEpochCommitments Create(RoundContext context, IEnumerable<PublicKeyCommitment> commitments) =>
        new(context, [.. commitments.OrderBy(c => c.Holder)]);

    private protected override void WriteFields(CanonicalWriter writer)
    {
        WriteHead(writer);
        foreach (PublicKeyCommitment commitment in Commitments)
        {
            writer.Digest(commitment.Hash);
        }
    }

    private void WriteHead(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Count(Commitments.Length);
    }
}
