using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// The small message that follows a contribution's chunks: the statement, every share ciphertext, and the linear digest
/// in suites that have one.
/// </summary>
public sealed class ContributionHeader : ProtocolMessage
{
    /// <summary>A statement with the sealed shares and the linear digest that it names, none in suites without.
    /// </summary>
    public ContributionHeader(ContributionStatement statement, ImmutableArray<ReadOnlyMemory<byte>> shares,
        ReadOnlyMemory<byte> linearDigest = default)
    {
        Statement = statement;
        Shares = shares;
        LinearDigest = linearDigest;
    }

    /// <summary>What the client signed.</summary>
    public ContributionStatement Statement { get; }

    /// <summary>
    /// The share ciphertexts in the order of the opening's entries: HPKE encapsulated key, then ciphertext and tag.
    /// </summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Shares { get; }

    /// <summary>The canonical linear digest of all chunks; empty in suites without.</summary>
    public ReadOnlyMemory<byte> LinearDigest { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.ContributionHeader;

    /// <summary>
    /// Parses within the plan's limits and matches share ciphertexts and linear digest with the statement's hashes.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Malformed, of another context, or a share or digest that the client
    /// did not sign.</exception>
    public static ContributionHeader Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.ContributionHeader, Party.Peer);
        RoundContext.ReadTypeAndVersion(ref reader, MessageType.ContributionStatement);
        ContributionStatement statement = ContributionStatement.Read(ref reader, limits);
        ReadOnlyMemory<byte>[] shares = new ReadOnlyMemory<byte>[statement.Shares.Length];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = reader.Fixed(limits.Sizes.ShareBytes, "shares").ToArray();
            ShareLayout.RequireHash(shares[i].Span, statement, i);
        }

        byte[] linearDigest = reader.Fixed(limits.Sizes.LinearDigestBytes, "linearDigest").ToArray();
        LinearDigestHash.Require(linearDigest, statement);
        reader.End();
        return new ContributionHeader(statement, [.. shares], linearDigest);
    }

    private protected override int SizeHint => ContributionStatement.RoomNeeded + Shares.Sum(share => share.Length)
        + LinearDigest.Length;

    private protected override void WriteFields(CanonicalWriter writer)
    {
        writer.Fixed(Statement.Encode());
        foreach (ReadOnlyMemory<byte> share in Shares)
        {
            writer.Fixed(share.Span);
        }

        writer.Fixed(LinearDigest.Span);
    }
}
