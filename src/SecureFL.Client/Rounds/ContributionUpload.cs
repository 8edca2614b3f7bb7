using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SecureFL.Client.Logging;
using SecureFL.Client.Reporting;
using SecureFL.Messages.Rounds;
using SecureFL.Storage.Clients;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;

namespace SecureFL.Client.Rounds;

/// <summary>
/// Sends a stored contribution: from the chunk at which the server says it stands, to the accepted header. One at a
/// time.
/// </summary>
/// <param name="link">The server.</param>
/// <param name="logger">Progress in chunks.</param>
/// <param name="progress">Told of the upload's progress; null for nobody.</param>
internal sealed class ContributionUpload(
    ServerLink link, ILogger logger, IProgress<ClientProgress>? progress = null)
{
    /// <summary>Chunks that the server had when the last attempt began.</summary>
    internal long Stored { get; private set; }

    /// <summary>Returns once the server has accepted the contribution. May be called again after any failure.</summary>
    /// <param name="stored">The contribution.</param>
    /// <param name="check">Looked at before every message; throws if none may leave any more.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="GrpcException">The upload broke off or was refused.</exception>
    internal async Task SendAsync(StoredContribution stored, Action check, CancellationToken cancellationToken)
    {
        check();
        ulong round = stored.Header.Statement.Context.Round;
        UploadState state = await link.GetUploadAsync(round, cancellationToken).ConfigureAwait(false);
        if (state.Accepted)
        {
            Accepted(round);
            return;
        }

        long first = FirstChunk(state, stored);
        Stored = first;
        ClientLog.Uploading(logger, round, first, stored.ChunkCount);
        progress?.Report(
            new ClientProgress(ClientStage.Uploading, round) { Uploaded = first / (double)stored.ChunkCount });
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using GrpcDuplexCall<UploadPart, UploadState> call = link.Upload(ended.Token);
        TaskCompletionSource goAhead = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task writing = WriteAsync(call, stored, first, check, goAhead.Task, ended.Token);
        try
        {
            await ReadAsync(call, round, stored.ChunkCount, goAhead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (writing
            is { IsFaulted: true, Exception.InnerException: ContributionWithdrawnException })
        {
            await writing.ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Accepted(round);
    }

    private void Accepted(ulong round)
    {
        ClientLog.Accepted(logger, round);
        progress?.Report(new ClientProgress(ClientStage.Accepted, round) { Uploaded = 1 });
    }

    private static long FirstChunk(UploadState state, StoredContribution stored)
    {
        if (state.Root.IsEmpty || state.NextChunk == 0)
        {
            return 0;
        }

        return state.Root.Span.SequenceEqual(stored.Header.Statement.Root.ToArray())
            && state.NextChunk <= (ulong)stored.ChunkCount
            ? (long)state.NextChunk
            : throw new GrpcException(StatusCode.AlreadyExists,
                "the server has chunks of another contribution of this client");
    }

    // A failure to write is not looked at: why the call ended is at the end of its responses. A failure to read the
    // outbox, or a withdrawal, ends the call.
    private static async Task WriteAsync(
        GrpcDuplexCall<UploadPart, UploadState> call, StoredContribution stored, long first, Action check, Task goAhead,
        CancellationToken cancellationToken)
    {
        ContributionStatement statement = stored.Header.Statement;
        try
        {
            UploadStart start = new()
            {
                Round = statement.Context.Round,
                Root = ByteString.CopyFrom(statement.Root.ToArray()),
                FirstChunk = (ulong)first
            };
            await call.Requests.WriteAsync(new UploadPart { Start = start }, cancellationToken).ConfigureAwait(false);

            // The server answers the start when it has room: what is sent before would lie in its buffers.
            await goAhead.WaitAsync(cancellationToken).ConfigureAwait(false);
            ChunkMessage message = stored.CreateMessage();
            for (long chunk = first; chunk < stored.ChunkCount; chunk++)
            {
                check();
                UploadPart part = new()
                { ChunkMessage = UnsafeByteOperations.UnsafeWrap(stored.ReadChunk(chunk, message)) };
                await call.Requests.WriteAsync(part, cancellationToken).ConfigureAwait(false);
            }

            check();
            UploadPart last = new() { HeaderMessage = UnsafeByteOperations.UnsafeWrap(stored.Header.Encode()) };
            await call.Requests.WriteAsync(last, cancellationToken).ConfigureAwait(false);
            await call.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or ContributionWithdrawnException)
        {
            call.Dispose();
            throw;
        }
    }

    private async Task ReadAsync(
        GrpcDuplexCall<UploadPart, UploadState> call, ulong round, long chunks, TaskCompletionSource goAhead,
        CancellationToken cancellationToken)
    {
        int told = 0;
        await foreach (UploadState state in call.Responses.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (state.Accepted)
            {
                return;
            }

            goAhead.TrySetResult();
            int percent = (int)(100 * Math.Min((double)state.NextChunk, chunks) / chunks);
            if (percent / 10 > told / 10)
            {
                told = percent;
                ClientLog.Progress(logger, round, percent);
                progress?.Report(new ClientProgress(ClientStage.Uploading, round) { Uploaded = percent / 100.0 });
            }
        }

        throw new GrpcException(StatusCode.Unavailable, "the upload ended before its contribution was accepted");
    }
}
