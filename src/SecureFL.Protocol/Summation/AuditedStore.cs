using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;


namespace SecureFL.Protocol.Summation;

/// <summary>Reads recorded ciphertexts as a store, after checking each contribution's root.</summary>
internal sealed class AuditedStore(AggregationPlan plan, ulong round, ICiphertextSource source) : IContributionStore
{
    public void RequireRoot(ContributionStatement statement)
    {
        using ContributionRoot root = new(plan);
        using ChunkValidator validator = new(plan);
        byte[] packed = new byte[plan.Parameters.ChunkBytes];
        while (!root.IsComplete)
        {
            Read(statement.Client, root.Next, packed);
            validator.Require(new ContributionChunk(statement.Context, statement.Client, root.Next, packed));
            root.Append(packed);
        }

        Digest computed = root.Finish();
        if (computed != statement.Root)
        {
            throw new ProtocolViolationException(
                ViolationCode.RootMismatch, statement.Signer,
                $"ciphertexts of round {round} with root {statement.Root.ToShortString()}", computed.ToShortString());
        }
    }

    public void Write(int client, long chunk, ReadOnlySpan<byte> packed) =>
        throw new NotSupportedException("recorded ciphertexts are read only");

    public void Read(int client, long chunk, Span<byte> packed)
    {
        if (!source.TryRead(round, client, chunk, packed))
        {
            throw new ProtocolViolationException(
                ViolationCode.Truncated, Party.Client(client),
                $"chunk {chunk} of round {round}, {plan.Parameters.ChunkBytes} bytes", "none, or another length");
        }
    }

    public void Remove(int client)
    {
    }
}
