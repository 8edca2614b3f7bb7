using System.Buffers.Binary;
using System.Collections.Immutable;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Deployment.Tests.ThirdSuite;

/// <summary>Numbers of 16 bits in a chunk, offset by 2^15, and their sums over the contributions of a group.</summary>
internal static class InsecurePlainSum
{
    private const int Offset = 1 << 15;

    public static void Write(ReadOnlySpan<int> values, Span<byte> packed)
    {
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(packed[(2 * i)..], checked((ushort)(values[i] + Offset)));
        }
    }

    public static AggregationResult Open(AggregationPlan plan, CertificateProposal proposal, IContributionStore store,
        ISumSink sink)
    {
        GroupResult[] groups = [.. proposal.Groups.Select((_, group) => Open(plan, proposal, group, store, sink))];
        return new AggregationResult(plan, proposal.Context, proposal.Hash, [.. groups], []);
    }

    private static GroupResult Open(AggregationPlan plan, CertificateProposal proposal, int group,
        IContributionStore store, ISumSink sink)
    {
        ImmutableArray<int> clients = [.. proposal.Groups[group].Select(entry => entry.Client)];
        using GroupSumHash hash = new(group);
        byte[] packed = new byte[plan.Parameters.ChunkBytes];
        for (long chunk = 0; chunk < plan.Parameters.ChunkCount; chunk++)
        {
            long[] sums = new long[plan.Parameters.ElementsIn(chunk)];
            foreach (int client in clients)
            {
                store.Read(client, chunk, packed);
                for (int i = 0; i < sums.Length; i++)
                {
                    sums[i] += BinaryPrimitives.ReadUInt16LittleEndian(packed.AsSpan(2 * i)) - Offset;
                }
            }

            hash.Append(sums);
            sink.Accept(group, chunk * plan.Parameters.ElementsPerChunk, sums);
        }

        return new GroupResult(group, clients, GroupStatus.Opened, hash.Finish());
    }
}
