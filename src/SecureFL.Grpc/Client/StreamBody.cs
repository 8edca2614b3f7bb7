using System.Net;
using Google.Protobuf;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc.Client;

/// <summary>A body that stays open while the caller writes messages into it. Writers take turns.</summary>
internal sealed class StreamBody<T>(int maxBytes) : RequestBody
    where T : class, IMessage<T>
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly TaskCompletionSource<(Stream Stream, CancellationToken Request)> _opened =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the caller has ended the stream, or the call has.</summary>
    public bool IsCompleted => _completed.Task.IsCompleted;

    /// <summary>Refuses a message above the limit.</summary>
    public void Check(T message) => MessageFrame.SizeOf(message, maxBytes);

    /// <summary>Sends one message. One that was given up half sent ends the call: no other may follow it.</summary>
    public async ValueTask WriteAsync(T message, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            (Stream stream, CancellationToken request) = await _opened.Task.WaitAsync(cancellation)
                .ConfigureAwait(false);
            if (IsCompleted)
            {
                throw new IOException("the stream of requests has ended");
            }

            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, request);
            try
            {
                await WriteAsync(stream, message, maxBytes, both.Token).ConfigureAwait(false);
            }
            catch (Exception cut)
            {
                _completed.TrySetException(new IOException("a message was cut off", cut));
                _ = _completed.Task.Exception;
                throw;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the stream of messages.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        _completed.TrySetResult();
        _gate.Release();
    }

    /// <summary>Ends it because the call is over: writers that wait for the connection fail with the reason.</summary>
    public void Fail(Exception reason)
    {
        _opened.TrySetException(reason);
        _ = _opened.Task.Exception;
        _completed.TrySetResult();
    }

    /// <summary>
    /// The server has answered. Where the transport never asked for this body, writers fail instead of waiting for
    /// that.
    /// </summary>
    public void EndUnlessOpened()
    {
        if (_opened.TrySetException(new IOException("the server ended the call before it took a message")))
        {
            _ = _opened.Task.Exception;
            _completed.TrySetResult();
        }
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context,
        CancellationToken cancellationToken)
    {
        // Messages already sent are gone: the transport may not replay the stream on another connection.
        if (!_opened.TrySetResult((stream, cancellationToken)))
        {
            throw new IOException("the stream of requests cannot be sent again");
        }

        try
        {
            await _completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!Call.IsCancellationRequested)
        {
            // Not the caller's doing: the server wants no more of this body, because it has answered. To throw would
            // hide the answer.
            _completed.TrySetResult();
        }
    }
}
