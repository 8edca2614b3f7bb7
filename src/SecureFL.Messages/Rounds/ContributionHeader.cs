using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>The small message that follows a contribution's chunks: the statement and every share ciphertext.</summary>
public sealed class ContributionHeader : ProtocolMessage
{
    /// <summary>A statement with the sealed shares that it names, none in suites without.</summary>
    public ContributionHeader(ContributionStatement statement, ImmutableArray<ReadOnlyMemory<byte>> shares)
    {
        Statement = statement;
        Shares = shares;
    }

    /// <summary>What the client signed.</summary>
    public ContributionStatement Statement { get; }

    /// <summary>
    /// The share ciphertexts in the order of the opening's entries: HPKE encapsulated key, then ciphertext and tag.
    /// </summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Shares { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.ContributionHeader;

    /// <summary>
    /// Parses within the plan's limits and matches the share ciphertexts with the statement's hashes.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Malformed, of another context, or a share that the client did not
    /// sign.</exception>
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

        reader.End();
        return new ContributionHeader(statement, [.. shares]);
    }

    private protected override int SizeHint => ContributionStatement.RoomNeeded + Shares.Sum(share => share.Length);

    private protected override void WriteFields(CanonicalWriter writer)
    {
        writer.Fixed(Statement.Encode());
        foreach (ReadOnlyMemory<byte> share in Shares)
        {
            writer.Fixed(share.Span);
        }
    }
}
