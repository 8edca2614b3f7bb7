using System.Runtime.InteropServices;
using Grpc.Core;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Roles;
using SecureFL.Testing;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>
/// Connections of clients and key holders that are cut, held and made again, messages that come twice or in another
/// order; then the network heals.
/// </summary>
public sealed class BrokenNetworkTests : IDisposable
{
    private const int Length = 300_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-network-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Uploads_over_connections_that_are_cut_again_and_again_arrive_whole()
    {
        await using TestSession session = new(null, vectorLength: Length);
        await session.StartServerAsync();
        long upload = session.Plan.Parameters.ChunkCount * session.Plan.Parameters.ChunkBytes;

        // Room for two chunks and what is around them: every connection ends in the middle of an upload, and each
        // brings it further.
        long cut = (2L * session.Plan.Parameters.ChunkBytes) + 60_000;
        Assert.True(cut < upload / 2, $"{upload} bytes");
        await using EmulatedNetwork network = new(session.Port, new LinkProfile { CutAfterBytes = cut });
        session.Network = network;
        session.StartHolders();
        await session.StartRoundsAsync();
        float[][] vectors = [.. Enumerable.Range(0, 4)
            .Select(i => Enumerable.Range(0, Length).Select(k => ((i + k) % 64 / 64f) - 0.5f).ToArray())];
        Task<RoundState[]> sending = Task.WhenAll(vectors.Select((vector, i) =>
            session.Service(i, new VectorSource(vector, []), State(i)).RunAsync(only: null, once: true, Token)));
        await sending;
        Assert.True(network.Connections > 8, $"{network.Connections} connections: nothing was cut");
        network.Profile = new LinkProfile();
        await session.UntilAsync(state => state.Phase == RoundPhase.Waiting);
        float[] sum =
            [.. MemoryMarshal.Cast<byte, float>(
                File.ReadAllBytes(Path.Combine(session.Folder, "sums", "round-0.f32")))];
        for (int k = 0; k < Length; k += 101)
        {
            Assert.Equal(vectors.Sum(vector => vector[k]), sum[k], 4 * session.Plan.Parameters.Step);
        }

        Assert.True(session.Verify().IsValid);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_network_that_cuts_and_holds_and_then_heals_changes_no_weight()
    {
        Digest undisturbed = await TrainAsync(disturb: null);
        Digest disturbed = await TrainAsync(async (network, session) =>
        {
            // A number of cuts, not a time: however slow the machine, it ends, and there is a whole session left after
            // it.
            Random random = new(7);
            for (int cut = 0; cut < 12; cut++)
            {
                int made = network.Connections;
                await Task.Delay(random.Next(150), Token);
                if (cut % 3 == 2)
                {
                    network.Pause();
                    await Task.Delay(random.Next(150), Token);
                    network.Resume();
                }

                network.Cut();
                await UntilAsync(
                    () => network.Connections > made || session.Host!.Engine.StateFor(-1).Phase == RoundPhase.Ended);
            }
        });
        Assert.Equal(undisturbed, disturbed);
    }

    [Fact]
    public async Task The_same_upload_twice_at_once_counts_once_and_another_order_is_refused()
    {
        await using TestSession session = new(null, vectorLength: Length);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        Contribution contribution = await clients[0].MakeAsync(state);
        UploadPart[] chunks = [.. contribution.Chunks.Select(TestClient.Part)];
        UploadPart header = new() { HeaderMessage = Google.Protobuf.ByteString.CopyFrom(contribution.Header.Encode()) };
        (chunks[1], chunks[2]) = (chunks[2], chunks[1]);
        Assert.Equal(StatusCode.FailedPrecondition,
            (await clients[0].SendPartsAsync([TestClient.Start(contribution, 0), .. chunks, header]))?.StatusCode);
        (chunks[1], chunks[2]) = (chunks[2], chunks[1]);
        UploadPart[] doubled = [TestClient.Start(contribution, 1),
            .. chunks.Skip(1).SelectMany(chunk => (UploadPart[])[chunk, chunk]), header];
        Assert.Equal(StatusCode.FailedPrecondition, (await clients[0].SendPartsAsync(doubled))?.StatusCode);
        Assert.Equal(0U, session.Host!.Engine.StateFor(0).Contributions);

        // One stream takes over from the other or finds everything done; the contribution is there once.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TryAsync(clients[0], contribution)));
        await clients[0].ContributeAsync(state);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TryAsync(clients[0], contribution)));
        Assert.Equal(1U, session.Host!.Engine.StateFor(0).Contributions);
        foreach (TestClient client in clients.Skip(1))
        {
            await client.ContributeAsync(state);
        }

        await session.UntilAsync(state => state.Phase == RoundPhase.Waiting);
        float[] sum =
            [.. MemoryMarshal.Cast<byte, float>(
                File.ReadAllBytes(Path.Combine(session.Folder, "sums", "round-0.f32")))];
        Assert.Equal(clients.Sum(client => client.Vector(state)[17]), sum[17], 4 * session.Plan.Parameters.Step);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task TryAsync(TestClient client, Contribution contribution)
    {
        try
        {
            await client.SendAsync(contribution);
        }
        catch (GrpcException fault) when (fault.StatusCode is StatusCode.Aborted or StatusCode.FailedPrecondition
            or StatusCode.Unavailable or StatusCode.Cancelled)
        {
            // Another stream took over, which resets this one at times, or stored a chunk between question and start.
        }
    }

    private static async Task UntilAsync(Func<bool> reached)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!reached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(1), "nobody came back");
            await Task.Delay(5, Token);
        }
    }

    private async Task<Digest> TrainAsync(Func<EmulatedNetwork, TestSession, Task>? disturb)
    {
        TrainingTerms terms = TestSession.Terms(rounds: 3);
        await using TestSession session = new(terms);
        await session.StartServerAsync();
        await using EmulatedNetwork network = new(session.Port, new LinkProfile());
        session.Network = network;
        session.StartHolders();
        await session.StartRoundsAsync();
        Task<RoundState[]> running = Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            session.Service(i, session.Source(terms, i), State(i)).RunAsync(only: null, once: false, Token)));
        if (disturb is not null)
        {
            await disturb(network, session);
        }

        RoundState[] ended = await running;
        Assert.All(ended, state => Assert.Equal(RoundPhase.Ended, state.Phase));
        Assert.True(session.Verify().IsValid);
        return new Digest(ended[0].ModelDigest.Span);
    }

    private string State(int client) => Path.Combine(_folder.FullName, $"{client}-{Guid.NewGuid():N}");
}
