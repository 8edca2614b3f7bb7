using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.JointKey;

/// <summary>
/// What a key holder signs about the shares of its secret: the hash of each sealed share, and the combined masked
/// polynomials that let every holder check its own.
/// </summary>
public sealed class KeyDealing : SignedMessage
{
    private readonly byte[] _proof;

    private KeyDealing(RoundContext context, Digest commitments, int dealer, ImmutableArray<Digest> shares,
        byte[] proof)
    {
        Context = context;
        Commitments = commitments;
        Dealer = dealer;
        Shares = shares;
        _proof = proof;
    }

    /// <summary>Plan, session, epoch.</summary>
    public RoundContext Context { get; }

    /// <summary>Hash of the epoch's commitments.</summary>
    public Digest Commitments { get; }

    /// <summary>Plan index of the holder whose secret is shared.</summary>
    public int Dealer { get; }

    /// <summary>Hashes of the sealed shares; number j is for key holder j.</summary>
    public ImmutableArray<Digest> Shares { get; }

    /// <summary>The combined masked polynomials: for each prime and mask, t coefficients.</summary>
    public ReadOnlyMemory<byte> Proof => _proof;

    /// <inheritdoc/>
    public override MessageType Type => MessageType.KeyDealing;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Dealer);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static KeyDealing Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.KeyDealing, Party.Peer);
        RoundContext context = RoundContext.Read(ref reader, limits);
        Digest commitments = reader.Digest("commitments");
        int dealer = MessageFields.Holder(ref reader, limits);
        Digest[] shares =
            new Digest[reader.Count(limits.KeyHolders, limits.KeyHolders, Digest.Size, "shares")];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = reader.Digest("shares");
        }

        KeyDealing dealing = new(context, commitments, dealer, [.. shares],
            reader.Fixed(limits.JointKey.DealingProofBytes, "proof").ToArray());
        dealing.ReadSignature(ref reader);
        reader.End();
        return dealing;
    }

    internal static KeyDealing Create(RoundContext context, Digest commitments, int dealer,
        ImmutableArray<Digest> shares, byte[] proof, SigningIdentity identity)
    {
        KeyDealing dealing = new(context, commitments, dealer, shares, proof);
        dealing.SignWith(identity);
        return dealing;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Commitments);
        writer.Count(Dealer);
        writer.Count(Shares.Length);
        foreach (Digest share in Shares)
        {
            writer.Digest(share);
        }

        writer.Fixed(_proof);
    }
}
