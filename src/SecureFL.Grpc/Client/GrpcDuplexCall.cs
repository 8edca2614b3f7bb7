using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Google.Protobuf;
using SecureFL.Grpc.Client;

namespace SecureFL.Grpc;

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
    private readonly StreamBody<TRequest> _body;
    private readonly ClientCall<TResponse> _call;
    private readonly CancellationTokenRegistration _ended;
    private ExceptionDispatchInfo? _callersFault;
    private int _disposed;

    internal GrpcDuplexCall(StreamBody<TRequest> body, ClientCall<TResponse> call)
    {
        (_body, _call) = (body, call);
        Requests = new Writer(this);
        Responses = ReadAllAsync();
        _ended = call.Cancellation.UnsafeRegister(
            static state => ((StreamBody<TRequest>)state!).Fail(new IOException("the call has ended")), body);
        call.OnAnswered(body.Fail, body.EndUnlessOpened);
    }

    /// <summary>
    /// Sends requests. Where the server has ended the call, writing fails with the call's status if the responses have
    /// been read to it, else with UNAVAILABLE: the status is at the end of <see cref="Responses"/>.
    /// </summary>
    public IGrpcWriter<TRequest> Requests { get; }

    /// <summary>The responses as they come; the enumeration throws the call's status.</summary>
    public IAsyncEnumerable<TResponse> Responses { get; }

    /// <summary>Ends the stream of requests; the server reads its end.</summary>
    /// <param name="ct">Gives up waiting for a writer.</param>
    /// <returns>When the end is handed over.</returns>
    public ValueTask CompleteAsync(CancellationToken ct = default) => _body.CompleteAsync(ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _call.Dispose();
            _ended.Dispose();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends all of a stream and reads the one response, which may come first.</summary>
    internal async Task<TResponse> FeedAsync(IAsyncEnumerable<TRequest> requests)
    {
        using CancellationTokenSource answered = CancellationTokenSource.CreateLinkedTokenSource(_call.Cancellation);
        Task feeding = FeedBodyAsync(requests, answered.Token);
        _ = feeding.ContinueWith(static t => _ = t.Exception, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Task<TResponse> answer = _call.ReadSingleAsync();
        if (await Task.WhenAny(answer, feeding).ConfigureAwait(false) == feeding && _callersFault is not null)
        {
            _call.Cancel();
        }

        try
        {
            return await answer.ConfigureAwait(false);
        }
        catch (Exception) when (_callersFault is not null)
        {
            _callersFault.Throw();
            throw;
        }
        finally
        {
            await answered.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task FeedBodyAsync(IAsyncEnumerable<TRequest> requests, CancellationToken cancellation)
    {
        IAsyncEnumerator<TRequest> source = requests.GetAsyncEnumerator(cancellation);
        await using (source.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    if (!await source.MoveNextAsync().ConfigureAwait(false))
                    {
                        break;
                    }

                    _body.Check(source.Current);
                }
                catch (Exception fault) when (!cancellation.IsCancellationRequested)
                {
                    _callersFault = ExceptionDispatchInfo.Capture(fault);
                    throw;
                }

                await _body.WriteAsync(source.Current, cancellation).ConfigureAwait(false);
            }
        }

        await _body.CompleteAsync(cancellation).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(TRequest message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        _body.Check(message);
        using CancellationTokenSource both =
            CancellationTokenSource.CreateLinkedTokenSource(cancellation, _call.Cancellation);
        try
        {
            await _body.WriteAsync(message, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException fault) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("the message was given up", fault, cancellation);
        }
        catch (Exception fault)
        {
            throw _call.Failure ?? _call.Explain(
                fault is GrpcException ? fault
                    : new GrpcException(GrpcStatusCode.Unavailable,
                        "the call has ended: its status is at the end of the responses", inner: fault));
        }
    }

    private async IAsyncEnumerable<TResponse> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration left =
            cancellationToken.UnsafeRegister(static state => ((ClientCall<TResponse>)state!).Cancel(), _call);
        while (true)
        {
            TResponse? message;
            try
            {
                message = await _call.ReadAsync().ConfigureAwait(false);
            }
            catch (Exception fault) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException("the responses were given up", fault, cancellationToken);
            }

            if (message is null)
            {
                yield break;
            }

            yield return message;
        }
    }

    private sealed class Writer(GrpcDuplexCall<TRequest, TResponse> call) : IGrpcWriter<TRequest>
    {
        public ValueTask WriteAsync(TRequest message, CancellationToken ct = default) => call.WriteAsync(message, ct);
    }
}
