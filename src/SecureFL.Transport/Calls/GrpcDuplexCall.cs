using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;

namespace SecureFL.Transport.Calls;

/// <summary>
/// A call with streams both ways. One task may write while another reads; concurrent writers take turns; a second
/// enumeration of the responses goes on where the first was left. Disposing it before the responses have ended cancels
/// the call at the server.
/// </summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">The response.</typeparam>
public sealed class GrpcDuplexCall<TRequest, TResponse> : IAsyncDisposable, IDisposable
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly AsyncDuplexStreamingCall<TRequest, TResponse> _call;
    private readonly Attempts _attempts;
    private readonly int _maxSendBytes;
    private readonly SemaphoreSlim _turn = new(1, 1);

    internal GrpcDuplexCall(AsyncDuplexStreamingCall<TRequest, TResponse> call, Attempts attempts, int maxSendBytes)
    {
        (_call, _attempts, _maxSendBytes) = (call, attempts, maxSendBytes);
        Requests = new Writer(this);
        Responses = ReadAllAsync();
    }

    /// <summary>
    /// Sends requests. Where the server has ended the call, writing fails with the call's status where it is known,
    /// else with UNAVAILABLE: the status is at the end of <see cref="Responses"/>.
    /// </summary>
    public IGrpcWriter<TRequest> Requests { get; }

    /// <summary>The responses as they come; the enumeration throws the call's status.</summary>
    public IAsyncEnumerable<TResponse> Responses { get; }

    /// <summary>Ends the stream of requests; the server reads its end.</summary>
    /// <param name="ct">Gives up waiting for a writer.</param>
    /// <returns>When the end is handed over.</returns>
    public async ValueTask CompleteAsync(CancellationToken ct = default)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _call.Dispose();
        _attempts.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask WriteAsync(TRequest message, CancellationToken cancellation)
    {
        ProtobufMarshaller.RequireSize(message, _maxSendBytes);
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _call.RequestStream.WriteAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            if (cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException("the message was given up", fault, cancellation);
            }

            // A stream that the server has ended breaks off here before the call knows its status.
            throw _attempts.Explain(fault) switch
            {
                GrpcException { StatusCode: not StatusCode.Cancelled } status => status,
                OperationCanceledException cancelled => cancelled,
                _ => new GrpcException(StatusCode.Unavailable,
                    "the call has ended: its status is at the end of the responses", inner: fault),
            };
        }
        finally
        {
            _turn.Release();
        }
    }

    private async IAsyncEnumerable<TResponse> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                if (!await _call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (Exception fault)
            {
                throw cancellationToken.IsCancellationRequested
                    ? new OperationCanceledException("the responses were given up", fault, cancellationToken)
                    : _attempts.Explain(fault);
            }

            yield return _call.ResponseStream.Current;
        }
    }

    private sealed class Writer(GrpcDuplexCall<TRequest, TResponse> call) : IGrpcWriter<TRequest>
    {
        public ValueTask WriteAsync(TRequest message, CancellationToken ct = default) => call.WriteAsync(message, ct);
    }
}
