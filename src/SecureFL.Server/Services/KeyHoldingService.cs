using Grpc.Core;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Sessions;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Limits;

namespace SecureFL.Server.Services;

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
        await using IAsyncEnumerator<HolderMessage> incoming = messages.GetAsyncEnumerator(CancellationToken.None);
        if (!await incoming.MoveNextAsync().ConfigureAwait(false) || incoming.Current.Hello is not HolderHello hello)
        {
            throw new GrpcException(StatusCode.InvalidArgument, "a key holder's stream begins with its hello");
        }

        using IDisposable stay = engine.Stay(caller.Party);
        HolderStream stream = engine.Holders.Attend(caller.Index, hello);
        using CancellationTokenSource ended =
            CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, stopping);
        Task sending = SendAsync(stream, tasks, caller.Party, ended.Token);
        Task receiving = ReceiveAsync(stream, incoming, caller);
        try
        {
            await (await Task.WhenAny(sending, receiving).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested
            && !call.Cancellation.IsCancellationRequested)
        {
            throw new GrpcException(StatusCode.Unavailable, "the server is stopping");
        }
        finally
        {
            engine.Holders.Leave(stream);
            await ended.CancelAsync().ConfigureAwait(false);
            call.End();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAsync(HolderStream stream, IGrpcWriter<HolderTask> tasks, Party holder,
        CancellationToken ended)
    {
        while (true)
        {
            Task changed = engine.Changed.Next;
            IReadOnlyList<HolderTask> due = engine.Holders.Tasks(stream)
                ?? throw new GrpcException(StatusCode.Aborted, "a newer stream of this key holder took over");
            foreach (HolderTask task in due)
            {
                await tasks.WriteAsync(engine.Say(holder, task), ended).ConfigureAwait(false);
            }

            if (due.Count == 0)
            {
                await Task.WhenAny(changed, Task.Delay(RetryLook, ended)).ConfigureAwait(false);
                ended.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task ReceiveAsync(HolderStream stream, IAsyncEnumerator<HolderMessage> incoming, Caller caller)
    {
        while (await incoming.MoveNextAsync().ConfigureAwait(false))
        {
            engine.Saw(caller.Party);
            HolderMessage message = incoming.Current;
            switch (message.MessageCase)
            {
                case HolderMessage.MessageOneofCase.Answer:
                    engine.Holders.Answer(stream, message.Answer);
                    break;
                case HolderMessage.MessageOneofCase.Refusal:
                    engine.Holders.Refused(stream, message.Refusal);
                    break;
                case HolderMessage.MessageOneofCase.LedgerHeadRequestMessage:
                    engine.Holders.RequestLedgerHeads(stream, message.LedgerHeadRequestMessage.ToByteArray());
                    break;
                default:
                    throw new GrpcException(StatusCode.InvalidArgument,
                        "after the hello come answers, refusals and ledger head requests");
            }
        }
    }
}
