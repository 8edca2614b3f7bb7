using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>
/// A contribution takes the memory of one chunk at the client, whatever its length; the server's store in memory uses
/// freed chunks again.
/// </summary>
public sealed class ChunkMemoryTests
{
    [Fact]
    public void Encoding_chunk_after_chunk_takes_no_memory_by_the_chunk()
    {
        using LocalConsortium consortium = LocalConsortium.Create(600_000, 8f, 16, 3, 3, 3, 2, 1);
        AggregationParameters parameters = consortium.Plan.Parameters;
        using AggregationServer server = consortium.OpenRound();
        RoundInvitation round = server.Round;
        float[] floats = new float[parameters.ElementsPerChunk];
        using ContributionStream stream = consortium.Clients[0].CreateContribution(round, round.Base.Model);
        ReadOnlyMemory<byte> first = stream.EncodeChunk(floats, []);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int chunks = 0;
        while (stream.NextChunk < parameters.ChunkCount - 1)
        {
            ReadOnlyMemory<byte> message = stream.EncodeChunk(floats, []);
            Assert.True(first.Span.Overlaps(message.Span));
            chunks++;
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / chunks;
        Assert.True(chunks > 10 && each < parameters.WireChunkBytes / 20,
            $"{each} bytes a chunk of {parameters.WireChunkBytes}, {chunks} chunks");
    }

    [Fact]
    public void A_message_in_used_memory_is_the_chunk_it_says_it_is()
    {
        AggregationPlan plan = new LocalParties(3, 3).CreatePlan(100_000, 8f, 16, 3, 2, 1);
        RoundContext context = plan.Context(4);
        ChunkMessage message = new(plan.Limits, context, 2);
        byte[] packed = new byte[plan.Parameters.WireChunkBytes];
        for (int index = 0; index < 2; index++)
        {
            packed.AsSpan().Fill((byte)(index + 1));
            packed.CopyTo(message.Packed);
            Assert.Equal(new ContributionChunk(context, 2, index, packed).Encode(), message.Encode(index).ToArray());
        }
    }

    [Fact]
    public void Chunks_that_take_the_memory_of_removed_ones_are_their_own()
    {
        InMemoryContributionStore store = new();
        byte[] read = new byte[3];
        for (int client = 0; client < 6; client++)
        {
            store.Write(client, 0, [1, 2, (byte)client]);
            store.Write(client, 1, [3, 4, (byte)client]);
            if (client % 2 == 1)
            {
                store.Remove(client);
                store.Remove(client);
                Assert.Equal(0, store.Count(client));
            }
        }

        foreach (int client in new[] { 0, 2, 4 })
        {
            store.Read(client, 0, read);
            Assert.Equal([1, 2, (byte)client], read);
            store.Read(client, 1, read);
            Assert.Equal([3, 4, (byte)client], read);
        }
    }
}
