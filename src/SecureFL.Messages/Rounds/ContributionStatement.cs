using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// What a client signs: context, base version, the root over its chunks, the hash of its linear digest, the hash of
/// each share ciphertext, and the combined masked polynomials that let every holder check its own share. Its hash is
/// the contribution's identifier everywhere. In the joint-key suite there are neither shares nor polynomials, and the
/// linear digests are two, of c0 and c1.
/// </summary>
public sealed class ContributionStatement : SignedMessage
{
    /// <summary>Bytes that hold a statement with its signature, for up to some twenty key holders.</summary>
    internal const int RoomNeeded = 1024;

    private readonly byte[] _proof;

    private ContributionStatement(
        RoundContext context, Digest opening, int client, Digest baseVersion, Digest root, Digest? linearDigest,
        ImmutableArray<Digest> shares, byte[] proof)
    {
        Context = context;
        Opening = opening;
        Client = client;
        BaseVersion = baseVersion;
        Root = root;
        LinearDigest = linearDigest;
        Shares = shares;
        _proof = proof;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>The opening digest.</summary>
    public Digest Opening { get; }

    /// <summary>The client's plan index.</summary>
    public int Client { get; }

    /// <summary>Digest of the model version that the client trained on.</summary>
    public Digest BaseVersion { get; }

    /// <summary>Root over all chunks.</summary>
    public Digest Root { get; }

    /// <summary>Hash of the linear digest of all chunks, or of both digests; null in suites without.</summary>
    public Digest? LinearDigest { get; }

    /// <summary>Hashes of the share ciphertexts, in the order of the opening's entries.</summary>
    public ImmutableArray<Digest> Shares { get; }

    /// <summary>The combined masked polynomials: 4 t packed words.</summary>
    public ReadOnlyMemory<byte> Proof => _proof;

    /// <inheritdoc/>
    public override MessageType Type => MessageType.ContributionStatement;

    /// <inheritdoc/>
    public override Party Signer => Party.Client(Client);

    /// <summary>Parses within the plan's limits; the signature is checked where the message is used.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static ContributionStatement Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.ContributionStatement, Party.Peer);
        ContributionStatement statement = Read(ref reader, limits);
        reader.End();
        return statement;
    }

    /// <summary>Signs a statement.</summary>
    /// <param name="context">The round.</param>
    /// <param name="opening">The opening digest.</param>
    /// <param name="client">The client's plan index.</param>
    /// <param name="baseVersion">Digest of the base version.</param>
    /// <param name="root">Root over all chunks.</param>
    /// <param name="linearDigest">Hash of the linear digest; null in suites without.</param>
    /// <param name="shares">Hashes of the sealed shares; empty in suites without.</param>
    /// <param name="proof">The suite's proof; empty in suites without.</param>
    /// <param name="identity">The client's.</param>
    public static ContributionStatement Create(
        RoundContext context, Digest opening, int client, Digest baseVersion, Digest root, Digest? linearDigest,
        ImmutableArray<Digest> shares, byte[] proof, SigningIdentity identity)
    {
        ContributionStatement statement =
            new(context, opening, client, baseVersion, root, linearDigest, shares, proof);
        statement.SignWith(identity);
        return statement;
    }

    /// <summary>Reads what follows type and version.</summary>
    internal static ContributionStatement Read(ref CanonicalReader reader, MessageLimits limits)
    {
        RoundContext context = RoundContext.Read(ref reader, limits);
        Digest opening = reader.Digest("opening");
        int client = MessageFields.Client(ref reader, limits);
        Digest baseVersion = reader.Digest("baseVersion");
        Digest root = reader.Digest("root");
        Digest? linearDigest = limits.Sizes.LinearDigestBytes > 0 ? reader.Digest("linearDigest") : null;
        var shares = ImmutableArray.CreateBuilder<Digest>(
            reader.Count(limits.Sizes.HasShares ? 1 : 0, limits.Sizes.HasShares ? limits.KeyHolders : 0, Digest.Size,
                "shares"));
        for (int i = 0; i < shares.Capacity; i++)
        {
            shares.Add(reader.Digest("shares"));
        }

        ContributionStatement statement = new(
            context, opening, client, baseVersion, root, linearDigest, shares.MoveToImmutable(),
            reader.Fixed(limits.Sizes.ProofBytes, "proof").ToArray());
        statement.ReadSignature(ref reader);
        return statement;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Opening);
        writer.Count(Client);
        writer.Digest(BaseVersion);
        writer.Digest(Root);
        if (LinearDigest is { } digest)
        {
            writer.Digest(digest);
        }

        writer.Count(Shares.Length);
        foreach (Digest share in Shares)
        {
            writer.Digest(share);
        }

        writer.Fixed(_proof);
    }
}
