using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Server.Rounds;
using SecureFL.Server.Uploads;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Server.Calls;

namespace SecureFL.Server.Services;

/// <summary>
/// Takes one contribution: start, a go-ahead once there is room (before it nothing may be sent), chunks with an
/// acknowledgement for each window that is durable, header. Checking, hashing and writing happen on the stream's own
/// time; only begin and end touch the engine. Thread-safe.
/// </summary>
internal sealed class UploadService(AggregationPlan plan, RoundEngine engine, Admission admission, Callers callers,
    ServerLimits limits)
{
    public async Task TakeAsync(IAsyncEnumerable<UploadPart> parts, IGrpcWriter<UploadState> responses, GrpcCall call)
    {
        int client = callers.Of(call).Index;
        await using IAsyncEnumerator<UploadPart> stream = parts.GetAsyncEnumerator(CancellationToken.None);
        if (!await stream.MoveNextAsync().ConfigureAwait(false) || stream.Current.Start is not UploadStart start)
        {
            throw new GrpcException(StatusCode.InvalidArgument, "an upload begins with its start");
        }

        using UploadSlot.Turn turn = await engine.Contributions.Slot(start.Round, client).EnterAsync(call.Cancellation)
            .ConfigureAwait(false);
        using CancellationTokenRegistration leave = turn.Ended.Register(() => EndOnEviction(turn, call));
        if (engine.Contributions.Begin(client, start) is not OpenUpload upload)
        {
            await responses.WriteAsync(Say(client, engine.Contributions.Progress(start.Round, client)),
                call.Cancellation).ConfigureAwait(false);
            return;
        }

        using Activity? span = ServerMetrics.Traces.StartActivity("upload");
        span?.SetTag("securefl.round", (long)start.Round).SetTag("securefl.client", client);
        try
        {
            using IDisposable room = await EnterAsync(upload, turn, call).ConfigureAwait(false);
            await responses.WriteAsync(Say(client, StateOf(upload, upload.Upload.NextChunk)), turn.Ended)
                .ConfigureAwait(false);
            if (await TakeChunksAsync(client, upload, stream, responses, turn, call).ConfigureAwait(false))
            {
                await responses.WriteAsync(Say(client, engine.Contributions.Progress(start.Round, client)),
                    call.Cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (turn.IsEvicted)
        {
            throw new GrpcException(StatusCode.Aborted,
                "the round takes no more contributions, or another stream of this client took over");
        }
        finally
        {
            upload.Store.Close(client);
        }
    }

    public async Task<WithdrawReply> WithdrawAsync(ulong round, GrpcCall call)
    {
        int client = callers.Of(call).Index;
        using UploadSlot.Turn turn = await engine.Contributions.Slot(round, client).EnterAsync(call.Cancellation)
            .ConfigureAwait(false);
        engine.Contributions.Withdraw(round, client);
        return new WithdrawReply();
    }

    private static void EndOnEviction(UploadSlot.Turn turn, GrpcCall call)
    {
        if (turn.IsEvicted)
        {
            call.End();
        }
    }

    // Whoever sends while it waits fills the flow-control windows of its connections with what nobody reads yet.
    private async Task<IDisposable> EnterAsync(OpenUpload upload, UploadSlot.Turn turn, GrpcCall call)
    {
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(turn.Ended);
        using CancellationTokenSource listening = CancellationTokenSource.CreateLinkedTokenSource(turn.Ended);
        Task<IDisposable?> entering = admission.EnterAsync(Reservation(upload), leaving.Token).AsTask();
        if (!entering.IsCompleted)
        {
            Task<bool> sending = call.HasMoreAsync(listening.Token);
            await Task.WhenAny(entering, sending).ConfigureAwait(false);
            await listening.CancelAsync().ConfigureAwait(false);
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (sending.IsCompletedSuccessfully && !entering.IsCompleted)
            {
                await leaving.CancelAsync().ConfigureAwait(false);
                await ((Task)entering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!entering.IsCompletedSuccessfully)
                {
                    throw new GrpcException(StatusCode.ResourceExhausted, await sending.ConfigureAwait(false)
                        ? $"the upload waits for its turn, with {admission.Waiting} others, and nothing is to be sent "
                        + $"before its start is answered; come again later"
                        : "the upload ended while it waited for its turn");
                }
            }
        }

        return await entering.ConfigureAwait(false)
            ?? throw new GrpcException(StatusCode.ResourceExhausted,
                $"{admission.Waiting} uploads wait for their turn already; the limit is {limits.WaitingUploads}");
    }

    private async Task<bool> TakeChunksAsync(
        int client, OpenUpload upload, IAsyncEnumerator<UploadPart> stream, IGrpcWriter<UploadState> responses,
        UploadSlot.Turn turn, GrpcCall call)
    {
        long window = 0;
        bool idle = true;
        using PacedParts parts = new(stream, call, limits, plan.Parameters.WireChunkBytes);
        try
        {
            while (await parts.MoveNextAsync().ConfigureAwait(false))
            {
                UploadPart part = stream.Current;
                switch (part.PartCase)
                {
                    case UploadPart.PartOneofCase.ChunkMessage:
                        engine.CountReceived(part.ChunkMessage.Length);
                        upload.Upload.HandleChunk(ContributionChunk.ParseShared(part.ChunkMessage.Memory, plan.Limits));
                        window += part.ChunkMessage.Length;
                        idle = false;
                        if (window + plan.Parameters.WireChunkBytes > limits.WindowBytes)
                        {
                            await AcknowledgeAsync(client, upload, responses, turn.Ended).ConfigureAwait(false);
                            (window, idle) = (0, true);
                        }

                        LeaveToOthers(parts);
                        break;
                    case UploadPart.PartOneofCase.HeaderMessage:
                        engine.CountReceived(part.HeaderMessage.Length);
                        turn.Finish();
                        Finish(client, upload, ContributionHeader.Parse(part.HeaderMessage.Span, plan.Limits));
                        return true;
                    default:
                        throw new GrpcException(StatusCode.InvalidArgument,
                            "after the start come chunks, then the header");
                }
            }

            return false;
        }
        finally
        {
            // What came before the stream broke off is kept; nothing is said about it before it is durable.
            if (!idle)
            {
                upload.Store.Flush(client);
            }
        }
    }

    private void LeaveToOthers(PacedParts parts)
    {
        if (parts.Age > limits.UploadTurn && admission.Waiting is int waiting and > 0)
        {
            throw new GrpcException(StatusCode.ResourceExhausted, string.Create(CultureInfo.InvariantCulture,
                $"the upload has had its place for {parts.Age.TotalSeconds:0} s and {waiting} wait for one; a turn is "
                + $"{limits.UploadTurn.TotalSeconds:0} s. What came is kept: resume it, in line again"));
        }
    }

    private async Task AcknowledgeAsync(int client, OpenUpload upload, IGrpcWriter<UploadState> responses,
        CancellationToken ended)
    {
        long began = Stopwatch.GetTimestamp();
        upload.Store.Flush(client);
        await responses.WriteAsync(Say(client, StateOf(upload, upload.Upload.NextChunk)), ended).ConfigureAwait(false);
        ServerMetrics.Acknowledged(Stopwatch.GetElapsedTime(began));
    }

    private void Finish(int client, OpenUpload upload, ContributionHeader header)
    {
        if (header.Statement.Client == client && header.Statement.Root != upload.Root)
        {
            throw new ProtocolViolationException(
                ViolationCode.RootMismatch, Party.Client(client),
                $"the contribution with root {upload.Root.ToShortString()} that was begun",
                header.Statement.Root.ToShortString());
        }

        upload.Store.Flush(client);
        upload.Store.FlushNames();
        engine.Contributions.Accept(client, header);
        ServerMetrics.ContributionAccepted();
    }

    // What the transport may hold unread, twice: as much again lies in the buffers on the way (TLS, HTTP/2, the message
    // that is taken) and in pools.
    private long Reservation(OpenUpload upload) =>
        2 * Math.Min(
            Math.Max(limits.FlowWindowBytes, plan.Parameters.WireChunkBytes + 128L),
            (plan.Parameters.ChunkCount - upload.Upload.NextChunk + 1) * (plan.Parameters.WireChunkBytes + 128L));

    private UploadState Say(int client, UploadState state) => engine.Say(Party.Client(client), state);

    private UploadState StateOf(OpenUpload upload, long next) => new()
    {
        Round = upload.Round,
        NextChunk = (ulong)next,
        ChunkCount = (ulong)plan.Parameters.ChunkCount,
        Root = Google.Protobuf.ByteString.CopyFrom(upload.Root.ToArray()),
    };
}
