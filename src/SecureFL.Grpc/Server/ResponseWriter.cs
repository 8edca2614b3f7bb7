using System.IO.Pipelines;
using Google.Protobuf;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc.Server;

/// <summary>
/// Writes response messages into the transport's own buffers, one at a time. Once the call has ended nothing is written
/// any more: the transport reuses its streams, and a stray task of a handler must not write into another call.
/// </summary>
internal sealed class ResponseWriter<T>(GrpcCall call) : IGrpcWriter<T>, IDisposable
    where T : class, IMessage<T>
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _ended;

    public async ValueTask WriteAsync(T message, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        using CancellationTokenSource? both = ct.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(ct, call.Cancellation) : null;
        CancellationToken token = both?.Token ?? call.Cancellation;
        await _gate.WaitAsync(token).ConfigureAwait(false);
        try
        {
            Write(message);
            FlushResult result = await call.Http.Response.BodyWriter.FlushAsync(token).ConfigureAwait(false);
            if (result.IsCompleted || result.IsCanceled)
            {
                token.ThrowIfCancellationRequested();
                throw new OperationCanceledException("the peer has left");
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Puts a message into the transport's buffer; it leaves with the trailers.</summary>
    public void Write(T message)
    {
        if (_ended)
        {
            throw new GrpcException(GrpcStatusCode.Cancelled, "the call has ended");
        }

        call.Cancellation.ThrowIfCancellationRequested();
        int size = MessageFrame.SizeOf(message, call.Limits.MaxSendMessageBytes);
        call.WroteMessage = true;
        MessageFrame.Write(call.Http.Response.BodyWriter, message, size);
    }

    public async Task EndAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        _ended = true;
        _gate.Release();
    }

    // The semaphore has no wait handle, so nothing is lost where a stray writer still holds it.
    public void Dispose() => _ended = true;
}
