using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Google.Protobuf;
using SecureFL.Grpc.Client;

namespace SecureFL.Grpc;

/// <summary>
/// Calls to one server over one HTTP/2 connection, made when needed and again when lost. Safe for concurrent use.
/// A call that the server or the connection ends throws <see cref="GrpcException"/>; one that the caller cancels,
/// <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private static readonly GrpcCallOptions NoOptions = new();

    private readonly GrpcChannelOptions _options;
    private readonly HttpMessageInvoker _invoker;

    /// <summary>Makes a channel; nothing is connected yet.</summary>
    /// <param name="address">https and an authority; http only on loopback and only where the options permit
    /// it.</param>
    /// <param name="options">How to connect.</param>
    /// <exception cref="ArgumentException">The address is not permitted.</exception>
    public GrpcChannel(Uri address, GrpcChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)
            || address.PathAndQuery != "/")
        {
            throw new ArgumentException($"{address} is no server: https://host:port is", nameof(address));
        }

        if (address.Scheme == Uri.UriSchemeHttp && !(options.AllowInsecureLoopback && address.IsLoopback))
        {
            throw new ArgumentException(
                $"{address} is plaintext, which only a loopback address may be, and only where the caller permits it",
                nameof(address));
        }

        Address = address;
        _options = options;
        _invoker = new HttpMessageInvoker(CreateHandler(options), disposeHandler: true);
    }

    /// <summary>The server's address.</summary>
    public Uri Address { get; }

    /// <summary>One request, one response.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">Deadline, cancellation, metadata, retries.</param>
    /// <returns>The response.</returns>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method,
        TRequest request, GrpcCallOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        Attempts attempts = new(options ?? NoOptions, _options.Retry);
        while (true)
        {
            using ClientCall<TResponse> call =
                Start(method, new SingleBody(request, _options.MaxSendMessageBytes), attempts.Options, attempts.Clock);
            try
            {
                return await call.ReadSingleAsync().ConfigureAwait(false);
            }
            catch (GrpcException fault) when (attempts.MayRepeat(fault))
            {
                await attempts.WaitAsync(fault).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// One request, a stream of responses. The call starts when the stream is enumerated and is cancelled when the
    /// enumeration is left.
    /// </summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">Deadline, cancellation, metadata, retries: an idempotent call is repeated until its first
    /// response has come.</param>
    /// <param name="cancellationToken">Of the enumeration.</param>
    /// <returns>The responses, as they come.</returns>
    public async IAsyncEnumerable<TResponse> ServerStreamingAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        Attempts attempts = new(options ?? NoOptions, _options.Retry);
        bool begun = false;
        while (true)
        {
            using ClientCall<TResponse> call =
                Start(method, new SingleBody(request, _options.MaxSendMessageBytes), attempts.Options, attempts.Clock,
                    cancellationToken);
            while (true)
            {
                TResponse? message;
                try
                {
                    message = await call.ReadAsync().ConfigureAwait(false);
                }
                catch (GrpcException fault) when (!begun && attempts.MayRepeat(fault))
                {
                    await attempts.WaitAsync(fault, cancellationToken).ConfigureAwait(false);
                    break;
                }

                if (message is null)
                {
                    yield break;
                }

                begun = true;
                yield return message;
            }
        }
    }

    /// <summary>A stream of requests, one response. Never repeated: the requests are read once.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="requests">The requests; their enumeration is cancelled where the server answers early. What it
    /// throws reaches the caller.</param>
    /// <param name="options">Deadline, cancellation, metadata.</param>
    /// <returns>The response.</returns>
    public async Task<TResponse> ClientStreamingAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, IAsyncEnumerable<TRequest> requests, GrpcCallOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(requests);
        await using GrpcDuplexCall<TRequest, TResponse> call = Duplex(method, options);
        return await call.FeedAsync(requests).ConfigureAwait(false);
    }

    /// <summary>Streams both ways. The call starts at once.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="options">Deadline, cancellation, metadata.</param>
    /// <returns>The call; dispose it.</returns>
    public GrpcDuplexCall<TRequest, TResponse> Duplex<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method,
        GrpcCallOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        StreamBody<TRequest> body = new(_options.MaxSendMessageBytes);
        options ??= NoOptions;
        return new GrpcDuplexCall<TRequest, TResponse>(body, Start(method, body, options, CallClock.Start(options)));
    }

    /// <summary>Closes the connection; calls under way fail.</summary>
    public void Dispose() => _invoker.Dispose();

    private ClientCall<TResponse> Start<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, RequestBody body, GrpcCallOptions options, CallClock clock,
        CancellationToken cancellation = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        new(_invoker, new Uri(Address, method.Path), body, method.Responses, _options.Reading, options, clock,
            cancellation);

    private static SocketsHttpHandler CreateHandler(GrpcChannelOptions options)
    {
        SslClientAuthenticationOptions tls = new() { EnabledSslProtocols = SslProtocols.Tls13 };
        options.ConfigureTls?.Invoke(tls);
        return new SocketsHttpHandler
        {
            SslOptions = tls,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            InitialHttp2StreamWindowSize = options.StreamWindowBytes,
            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingTimeout = options.KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,

            // Below the server's, so that no call meets a connection that the server is about to close.
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 64,
        };
    }
}
