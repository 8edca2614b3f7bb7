using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Grpc.Core;
using SecureFL.Transport.Calls;

namespace SecureFL.Transport.Server.Calls;

/// <summary>
/// Writes response messages into the transport's own buffers; concurrent writers take turns. Safe for concurrent use.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "a write that was given up gives its turn back after the call")]
internal sealed class ResponseWriter<T>(IServerStreamWriter<T> responses, GrpcCall call) : IGrpcWriter<T>
    where T : class, IMessage<T>
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public async ValueTask WriteAsync(T message, CancellationToken ct = default)
    {
        ProtobufMarshaller.RequireSize(message, call.Limits.MaxSendMessageBytes);
        call.Cancellation.ThrowIfCancellationRequested();
        CancellationToken patience = ct.CanBeCanceled ? ct : call.Cancellation;
        await _turn.WaitAsync(patience).ConfigureAwait(false);
        Task? written = null;
        try
        {
            // The library resets a stream whose write is cancelled; here its status still goes out.
            written = responses.WriteAsync(message, CancellationToken.None);
            await written.WaitAsync(patience).ConfigureAwait(false);
        }
        catch (InvalidOperationException late) when (call.Cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("the peer has left", late, call.Cancellation);
        }
        finally
        {
            GiveBack(written);
        }
    }

    // The library takes one write at a time, and one that was given up is still under way.
    private void GiveBack(Task? written)
    {
        if (written is null or { IsCompleted: true })
        {
            _turn.Release();
            return;
        }

        _ = written.ContinueWith(
            static (late, turn) =>
            {
                _ = late.Exception;
                ((SemaphoreSlim)turn!).Release();
            },
            _turn, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
