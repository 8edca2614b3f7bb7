using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Google.Protobuf;
using Grpc.Core;
using Library = Grpc.Net.Client;

namespace SecureFL.Transport.Calls;

/// <summary>
/// Calls to one server over one HTTP/2 connection, made when needed and again when lost. Safe for concurrent use.
/// A call that the server or the connection ends throws <see cref="GrpcException"/>; one that the caller cancels,
/// <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private readonly GrpcChannelOptions _options;
    private readonly Library.GrpcChannel _channel;
    private readonly CallInvoker _calls;

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
        _channel = Library.GrpcChannel.ForAddress(address, new Library.GrpcChannelOptions
        {
            HttpHandler = new ResponseGuard(options, CreateHandler(options)),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = options.MaxReceiveMessageBytes,
            MaxSendMessageSize = options.MaxSendMessageBytes,
            CompressionProviders = [],
        });
        _calls = _channel.CreateCallInvoker();
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
        ProtobufMarshaller.RequireSize(request, _options.MaxSendMessageBytes);
        using Attempts attempts = new(options, _options.Retry);
        while (true)
        {
            try
            {
                using AsyncUnaryCall<TResponse> call =
                    _calls.AsyncUnaryCall(method.Unary, null, attempts.Next(), request);
                return await call.ResponseAsync.ConfigureAwait(false);
            }
            catch (Exception fault)
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
        ProtobufMarshaller.RequireSize(request, _options.MaxSendMessageBytes);
        using Attempts attempts = new(options, _options.Retry, cancellationToken);
        AsyncServerStreamingCall<TResponse>? call = null;
        try
        {
            for (bool begun = false; ;)
            {
                try
                {
                    call ??= _calls.AsyncServerStreamingCall(method.ServerStreaming, null, attempts.Next(), request);
                    if (!await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
                    {
                        yield break;
                    }
                }
                catch (Exception fault)
                {
                    if (begun)
                    {
                        throw attempts.Explain(fault);
                    }

                    await attempts.WaitAsync(fault).ConfigureAwait(false);
                    call?.Dispose();
                    call = null;
                    continue;
                }

                begun = true;
                yield return call.ResponseStream.Current;
            }
        }
        finally
        {
            call?.Dispose();
        }
    }

    /// <summary>Streams both ways. The call starts at once, and is never repeated.</summary>
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
        Attempts attempts = new(options, _options.Retry);
        try
        {
            return new GrpcDuplexCall<TRequest, TResponse>(
                _calls.AsyncDuplexStreamingCall(method.Duplex, null, attempts.Next()), attempts,
                _options.MaxSendMessageBytes);
        }
        catch (Exception fault)
        {
            attempts.Dispose();
            throw attempts.Explain(fault);
        }
    }

    /// <summary>Closes the connection; calls under way fail.</summary>
    public void Dispose() => _channel.Dispose();

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
