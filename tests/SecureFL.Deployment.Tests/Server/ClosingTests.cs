using Grpc.Core;
using SecureFL.Protocol.Roles;
using SecureFL.Rlwe.Planning;
using SecureFL.Server.Rounds;
using SecureFL.Server.Uploads;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>
/// In the joint-key suite the server adds all ciphertexts when it fixes the set: meanwhile it answers everybody.
/// </summary>
public sealed class ClosingTests
{
    [Fact]
    public async Task Status_watchers_and_uploads_are_answered_while_a_round_is_being_closed()
    {
        using ManualResetEventSlim reading = new();
        using ManualResetEventSlim goOn = new(initialState: true);
        await using TestSession session =
            new(null, clients: 5, configure: settings => settings with { MinClients = 3 },
                jointKey: new JointKeyRequest(3, 2, RoundsPerKey: 100))
            {
                Options = new EngineOptions
                { OpenStore = folder => round => new SlowStore(folder.Round(round), reading, goOn) },
            };
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        Contribution late = await clients[4].MakeAsync(state);
        foreach (TestClient client in clients.Take(4))
        {
            await client.ContributeAsync(state);
        }

        goOn.Reset();
        await session.OperateAsync(OperationMethods.CloseRound, new RoundRequest { Round = 0 });
        Assert.True(await Task.Run(() => reading.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken));
        try
        {
            // The addition stands still: every answer comes while it does.
            StatusReply status = await session.OperateAsync(OperationMethods.GetStatus, new GetStatusRequest());
            Assert.Equal(4U, status.Current.Contributions);
            Assert.True((await clients[0].Link.GetUploadAsync(0, TestContext.Current.CancellationToken)).Accepted);
            GrpcException? refusal = await clients[4].SendPartsAsync(TestClient.Start(late, 0),
                TestClient.Part(late.Chunks[0]));
            Assert.Equal(StatusCode.FailedPrecondition, refusal?.StatusCode);
            GrpcException withdrawal = await Assert.ThrowsAsync<GrpcException>(
                () => clients[0].Link.WithdrawAsync(0, TestContext.Current.CancellationToken));
            Assert.Contains("being closed", withdrawal.Detail, StringComparison.Ordinal);
        }
        finally
        {
            goOn.Set();
        }

        await session.UntilAsync(
            state => state.Phase == RoundPhase.Waiting && session.Host!.Engine.Status(0).RoundsOpened == 1);
        Assert.Equal(4, session.Host!.Engine.Status(0).Recent[0].Contributors.Count);
        Assert.True(session.Verify().IsValid);
    }

    private sealed class SlowStore(string directory, ManualResetEventSlim reading, ManualResetEventSlim goOn)
        : UploadStore(directory)
    {
        public override void Read(int client, long chunk, Span<byte> packed)
        {
            if (!goOn.IsSet)
            {
                reading.Set();
                goOn.Wait(TimeSpan.FromMinutes(2));
            }

            base.Read(client, chunk, packed);
        }
    }
}
