using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Identity;
using SecureFL.Deployment.Server.Rounds;
using SecureFL.Grpc;

namespace SecureFL.Deployment.Server.Services;

/// <summary>The streams of key holders: tasks go out as they come up, answers come in. Thread-safe.</summary>
internal sealed class KeyHoldingService(RoundEngine engine, Callers callers, ILogger log, CancellationToken stopping)
{
    private static readonly TimeSpan RetryLook = TimeSpan.FromSeconds(1);

    public GrpcService Build(GrpcServerLimits limits) => new GrpcServiceBuilder(KeyHoldingMethods.Service)
        .Guard(callers.Only(PeerRole.KeyHolder))
        .Duplex(KeyHoldingMethods.Attend,
            (messages, tasks, call) => Refusals.GuardAsync(call, log, () => AttendAsync(messages, tasks, call)), limits)
        .Build();

    private async Task AttendAsync(IAsyncEnumerable<HolderMessage> messages, IGrpcWriter<HolderTask> tasks,
        GrpcCall call)
    {
        Caller caller = callers.Of(call);
        await using IAsyncEnumerator<HolderMessage> stream = messages.GetAsyncEnumerator(CancellationToken.None);
        if (!await stream.MoveNextAsync().ConfigureAwait(false) || stream.Current.Hello is not HolderHello hello)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "a key holder's stream begins with its hello");
        }

        using IDisposable stay = engine.Stay(caller.Party);
        HolderSession session = engine.Attend(caller.Index, hello);
        using CancellationTokenSource ended =
            CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, stopping);
        Task sending = SendAsync(session, tasks, ended.Token);
        Task receiving = ReceiveAsync(session, stream, caller);
        try
        {
            await (await Task.WhenAny(sending, receiving).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested
            && !call.Cancellation.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, "the server is stopping");
        }
        finally
        {
            engine.Leave(session);
            await ended.CancelAsync().ConfigureAwait(false);
            call.End();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAsync(HolderSession session, IGrpcWriter<HolderTask> tasks, CancellationToken ended)
    {
        while (true)
        {
            Task changed = engine.Changed.Next;
            IReadOnlyList<HolderTask> due = engine.Tasks(session)
                ?? throw new GrpcException(GrpcStatusCode.Aborted, "a newer stream of this key holder took over");
            foreach (HolderTask task in due)
            {
                await tasks.WriteAsync(task, ended).ConfigureAwait(false);
            }

            if (due.Count == 0)
            {
                await Task.WhenAny(changed, Task.Delay(RetryLook, ended)).ConfigureAwait(false);
                ended.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task ReceiveAsync(HolderSession session, IAsyncEnumerator<HolderMessage> stream, Caller caller)
    {
        while (await stream.MoveNextAsync().ConfigureAwait(false))
        {
            engine.Saw(caller.Party);
            HolderMessage message = stream.Current;
            switch (message.MessageCase)
            {
                case HolderMessage.MessageOneofCase.Answer:
                    engine.Answer(session, message.Answer);
                    break;
                case HolderMessage.MessageOneofCase.Refusal:
                    engine.Refused(session, message.Refusal);
                    break;
                case HolderMessage.MessageOneofCase.LedgerHeadRequestMessage:
                    engine.RequestLedgerHeads(session, message.LedgerHeadRequestMessage.ToByteArray());
                    break;
                default:
                    throw new GrpcException(GrpcStatusCode.InvalidArgument,
                        "after the hello come answers, refusals and ledger head requests");
            }
        }
    }
}
