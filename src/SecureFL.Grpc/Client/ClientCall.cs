using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc.Client;

/// <summary>One attempt of a call: the request under way, the responses and the status. One reader at a time.</summary>
internal sealed class ClientCall<TResponse> : IDisposable
    where TResponse : class, IMessage<TResponse>
{
    private static readonly StreamPipeReaderOptions PipeOptions = new(bufferSize: 64 << 10, minimumReadSize: 16 << 10);

    private readonly Lock _gate = new();
    private readonly GrpcCallOptions _options;
    private readonly MessageParser<TResponse> _parser;
    private readonly ReadLimits _reading;
    private readonly CancellationTokenSource _deadline = new();
    private readonly CancellationTokenSource _cancellation;
    private readonly CancellationToken _caller;
    private readonly HttpRequestMessage _request;
    private readonly Task<HttpResponseMessage> _sending;
    private HttpResponseMessage? _response;
    private PipeReader? _pipe;
    private MessageReader<TResponse>? _reader;
    private bool _reads;
    private bool _disposed;

    public ClientCall(
        HttpMessageInvoker invoker, Uri address, RequestBody body, MessageParser<TResponse> parser, ReadLimits reading,
        GrpcCallOptions options, CallClock clock,
        CancellationToken cancellation = default)
    {
        (_options, _parser, _reading) = (options, parser, reading);
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(options.Cancellation, _deadline.Token,
            cancellation);
        Cancellation = body.Call = _cancellation.Token;
        _caller = cancellation;
        _request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        _request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue(WireNames.Trailers));
        foreach ((string name, string value) in options.Headers ?? [])
        {
            _request.Headers.TryAddWithoutValidation(name, value);
        }

        if (clock.Left is { } left)
        {
            _request.Headers.TryAddWithoutValidation(WireNames.Timeout, TimeoutHeader.Format(left));
            if (left > TimeSpan.Zero)
            {
                _deadline.CancelAfter(left);
            }
            else
            {
                _deadline.Cancel();
            }
        }

        _sending = SendAsync(invoker);
    }

    /// <summary>Cancelled when the call is over on this side.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>How the call ended; null while it has not, or if it ended well.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether the status has arrived and is OK.</summary>
    public bool Succeeded { get; private set; }

    /// <summary>The next response, or null where the call ended with OK.</summary>
    /// <exception cref="GrpcException">The call ended otherwise.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled it.</exception>
    public async ValueTask<TResponse?> ReadAsync()
    {
        if (Failure is not null || Succeeded)
        {
            return Succeeded ? null : throw Failure!;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _reads = !_reads ? true : throw new InvalidOperationException(
                "the responses of a call are read by one task at a time");
        }

        try
        {
            TResponse? message = _reader is not null || await OpenAsync().ConfigureAwait(false)
                ? await _reader!.ReadAsync().ConfigureAwait(false) : null;
            if (message is null)
            {
                Finish();
            }

            return message;
        }
        catch (Exception fault)
        {
            Failure = Explain(fault);
            Cancel();
            throw Failure;
        }
        finally
        {
            bool release;
            lock (_gate)
            {
                _reads = false;
                release = _disposed;
            }

            if (release)
            {
                Release();
            }
        }
    }

    /// <summary>The only response of the call.</summary>
    /// <exception cref="GrpcException">The call ended otherwise, or the server sent none or several
    /// (INTERNAL).</exception>
    public async Task<TResponse> ReadSingleAsync()
    {
        TResponse message = await ReadAsync().ConfigureAwait(false)
            ?? throw new GrpcException(GrpcStatusCode.Internal, "the server ended the call well, without its response");
        return await ReadAsync().ConfigureAwait(false) is null ? message
            : throw new GrpcException(GrpcStatusCode.Internal, "the server sent more than one response");
    }

    /// <summary>What a fault on this call means to its caller.</summary>
    public Exception Explain(Exception fault)
    {
        if (fault is GrpcException { Status: not GrpcStatusCode.Cancelled })
        {
            return fault;
        }

        if (_options.Cancellation.IsCancellationRequested || _caller.IsCancellationRequested)
        {
            return new OperationCanceledException("the call was cancelled", fault,
                _options.Cancellation.IsCancellationRequested ? _options.Cancellation : _caller);
        }

        return _deadline.IsCancellationRequested
            ? new GrpcException(GrpcStatusCode.DeadlineExceeded, "the deadline passed", inner: fault)
            : fault as GrpcException ?? TransportFaults.Map(fault) ?? fault;
    }

    /// <summary>Ends the call on this side; the stream at the server is reset where it still runs.</summary>
    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was over already.
        }
    }

    /// <summary>
    /// Calls back when the response's headers have come, or will not come. A body that the transport has not asked for
    /// by then it never asks for: a server that refuses the call at its headers answers before.
    /// </summary>
    public void OnAnswered(Action<Exception> failed, Action answered) => _sending.ContinueWith(
        sending =>
        {
            if (sending.IsCompletedSuccessfully)
            {
                answered();
            }
            else
            {
                failed(Explain(sending.Exception?.InnerException ?? new OperationCanceledException()));
            }
        },
        CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>
    /// Ends the call. A read under way ends too, and gives the buffers back: nobody takes them from under it.
    /// </summary>
    public void Dispose()
    {
        bool release;
        lock (_gate)
        {
            release = !_disposed && !_reads;
            _disposed = true;
        }

        Cancel();
        if (release)
        {
            Release();
        }
    }

    private void Release()
    {
        _reader?.Dispose();
        _pipe?.Complete();
        _ = _sending.ContinueWith(
            static late =>
            {
                if (late.IsCompletedSuccessfully)
                {
                    late.Result.Dispose();
                }
                else
                {
                    _ = late.Exception;
                }
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _request.Dispose();
        _cancellation.Dispose();
        _deadline.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker invoker) =>
        await invoker.SendAsync(_request, Cancellation).ConfigureAwait(false);

    private async Task<bool> OpenAsync()
    {
        _response = await _sending.ConfigureAwait(false);
        if (_response.Headers.Contains(WireNames.Status))
        {
            return false;
        }

        if (_response.StatusCode != HttpStatusCode.OK)
        {
            throw new GrpcException(StatusFormat.OfHttp(_response.StatusCode),
                $"the server answered HTTP {(int)_response.StatusCode}");
        }

        if (!WireNames.IsGrpc(_response.Content.Headers.ContentType?.ToString()))
        {
            throw new GrpcException(GrpcStatusCode.Unknown, "the server's answer is not gRPC");
        }

        if (_response.Headers.TryGetValues(WireNames.Encoding, out IEnumerable<string>? encodings)
            && encodings.Any(e => e != WireNames.Identity))
        {
            throw new GrpcException(GrpcStatusCode.Internal, "the server compresses, though nobody asked");
        }

        _options.OnHeaders?.Invoke(Custom(_response.Headers));
        _pipe = PipeReader.Create(await _response.Content.ReadAsStreamAsync(Cancellation).ConfigureAwait(false),
            PipeOptions);
        _reader = new MessageReader<TResponse>(_pipe, _parser, _reading, null, Cancellation);
        return true;
    }

    private void Finish()
    {
        HttpResponseHeaders trailers = _reader is null ? _response!.Headers : _response!.TrailingHeaders;
        if (!trailers.TryGetValues(WireNames.Status, out IEnumerable<string>? values))
        {
            throw new GrpcException(GrpcStatusCode.Unknown, "the server ended the stream without a status");
        }

        GrpcStatusCode status = StatusFormat.Parse(values.First());
        GrpcMetadata custom = Custom(trailers);
        if (status != GrpcStatusCode.Ok)
        {
            string detail = trailers.TryGetValues(WireNames.Message, out IEnumerable<string>? messages)
                ? PercentEncoding.Decode(messages.First()) : string.Empty;
            throw new GrpcException(status, detail, custom);
        }

        Succeeded = true;
        _options.OnTrailers?.Invoke(custom);
    }

    private static GrpcMetadata Custom(HttpResponseHeaders headers)
    {
        GrpcMetadata metadata = new();
        foreach ((string name, IEnumerable<string> values) in headers)
        {
            if (!MetadataFormat.IsReserved(name) || name == WireNames.RetryPushback)
            {
                foreach (string value in values)
                {
                    metadata.AddReceived(name, value);
                }
            }
        }

        return metadata;
    }
}
