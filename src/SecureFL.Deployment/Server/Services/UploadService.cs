using System.Diagnostics;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Server.Rounds;
using SecureFL.Deployment.Server.Uploads;
using SecureFL.Grpc;

namespace SecureFL.Deployment.Server.Services;

/// <summary>
/// Takes one contribution: start, a go-ahead once there is room, chunks with an acknowledgement for each window that is
/// durable, header. Checking, hashing and writing happen on the stream's own time; only begin and end touch the engine.
/// Thread-safe.
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
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "an upload begins with its start");
        }

        using UploadSlot.Turn turn = await engine.Slot(start.Round, client).EnterAsync(call.Cancellation)
            .ConfigureAwait(false);
        using CancellationTokenRegistration leave = turn.Ended.Register(() => EndOnEviction(turn, call));
        if (engine.BeginUpload(client, start) is not OpenUpload upload)
        {
            await responses.WriteAsync(engine.Upload(start.Round, client), call.Cancellation).ConfigureAwait(false);
            return;
        }

        using Activity? span = ServerMetrics.Traces.StartActivity("upload");
        span?.SetTag("securefl.round", (long)start.Round).SetTag("securefl.client", client);
        try
        {
            using IDisposable room = await admission.EnterAsync(Reservation(upload), turn.Ended).ConfigureAwait(false)
                ?? throw new GrpcException(GrpcStatusCode.ResourceExhausted,
                    $"{admission.Waiting} uploads wait for their turn already; the limit is {limits.WaitingUploads}");
            await responses.WriteAsync(StateOf(upload, upload.Upload.NextChunk), turn.Ended).ConfigureAwait(false);
            if (await TakeChunksAsync(client, upload, stream, responses, turn).ConfigureAwait(false))
            {
                await responses.WriteAsync(engine.Upload(start.Round, client), call.Cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (turn.IsEvicted)
        {
            throw new GrpcException(GrpcStatusCode.Aborted,
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
        using UploadSlot.Turn turn = await engine.Slot(round, client).EnterAsync(call.Cancellation)
            .ConfigureAwait(false);
        engine.Withdraw(round, client);
        return new WithdrawReply();
    }

    private static void EndOnEviction(UploadSlot.Turn turn, GrpcCall call)
    {
        if (turn.IsEvicted)
        {
            call.End();
        }
    }

    private async Task<bool> TakeChunksAsync(
        int client, OpenUpload upload, IAsyncEnumerator<UploadPart> stream, IGrpcWriter<UploadState> responses,
        UploadSlot.Turn turn)
    {
        long window = 0;
        bool idle = true;
        try
        {
            while (await stream.MoveNextAsync().ConfigureAwait(false))
            {
                UploadPart part = stream.Current;
                switch (part.PartCase)
                {
                    case UploadPart.PartOneofCase.ChunkMessage:
                        engine.CountReceived(part.ChunkMessage.Length);
                        upload.Upload.HandleChunk(ContributionChunk.ParseShared(part.ChunkMessage.Memory, plan));
                        window += part.ChunkMessage.Length;
                        idle = false;
                        if (window + plan.Parameters.WireChunkBytes > limits.WindowBytes)
                        {
                            await AcknowledgeAsync(client, upload, responses, turn.Ended).ConfigureAwait(false);
                            (window, idle) = (0, true);
                        }

                        break;
                    case UploadPart.PartOneofCase.HeaderMessage:
                        engine.CountReceived(part.HeaderMessage.Length);
                        turn.Finish();
                        Finish(client, upload, ContributionHeader.Parse(part.HeaderMessage.Span, plan));
                        return true;
                    default:
                        throw new GrpcException(GrpcStatusCode.InvalidArgument,
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

    private async Task AcknowledgeAsync(int client, OpenUpload upload, IGrpcWriter<UploadState> responses,
        CancellationToken ended)
    {
        long began = Stopwatch.GetTimestamp();
        upload.Store.Flush(client);
        await responses.WriteAsync(StateOf(upload, upload.Upload.NextChunk), ended).ConfigureAwait(false);
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
        engine.Accept(client, header);
        ServerMetrics.ContributionAccepted();
    }

    // What the transport may hold unread, twice: as much again lies in the buffers on the way (TLS, HTTP/2, the message
    // that is taken) and in pools.
    private long Reservation(OpenUpload upload) =>
        2 * Math.Min(
            Math.Max(limits.FlowWindowBytes, plan.Parameters.WireChunkBytes + 128L),
            (plan.Parameters.ChunkCount - upload.Upload.NextChunk + 1) * (plan.Parameters.WireChunkBytes + 128L));

    private UploadState StateOf(OpenUpload upload, long next) => new()
    {
        Round = upload.Round,
        NextChunk = (ulong)next,
        ChunkCount = (ulong)plan.Parameters.ChunkCount,
        Root = Google.Protobuf.ByteString.CopyFrom(upload.Root.ToArray()),
    };
}
