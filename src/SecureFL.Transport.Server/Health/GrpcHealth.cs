using System.Threading.Channels;
using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Health;
using SecureFL.Transport.Server.Calls;

namespace SecureFL.Transport.Server.Health;

/// <summary>
/// The standard health service (grpc/doc/health-checking.md): what serves, and what does not. The empty name stands for
/// the whole server. Safe for concurrent use.
/// </summary>
public sealed class GrpcHealth
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, bool> _serving = new(StringComparer.Ordinal);
    private readonly HashSet<Channel<bool>> _watchers = [];

    /// <summary>Makes the service with the empty name serving.</summary>
    public GrpcHealth() => _serving[string.Empty] = true;

    /// <summary>Says whether a service serves; watchers hear of it.</summary>
    /// <param name="service">The service's full name; empty for the whole server.</param>
    /// <param name="serving">Whether it serves.</param>
    public void Set(string service, bool serving)
    {
        lock (_gate)
        {
            _serving[service] = serving;
            foreach (Channel<bool> watcher in _watchers)
            {
                watcher.Writer.TryWrite(true);
            }
        }
    }

    /// <summary>The service, ready to be mapped.</summary>
    /// <param name="guard">Asked before every call (<see cref="GrpcServiceBuilder.Guard"/>); null for none.</param>
    /// <returns>A service that answers Check and Watch.</returns>
    public GrpcService Build(Func<GrpcCall, ValueTask>? guard = null) => new GrpcServiceBuilder(HealthQuestion.Service)
        .Guard(guard ?? (static _ => ValueTask.CompletedTask))
        .Unary(HealthQuestion.Check, (request, _) => Task.FromResult(Of(request.Service) is { } status
            ? new HealthCheckResponse { Status = status }
            : throw new GrpcException(StatusCode.NotFound, "no such service")))
        .ServerStreaming(HealthQuestion.Watch, WatchAsync)
        .Build();

    private async Task WatchAsync(HealthCheckRequest request, IGrpcWriter<HealthCheckResponse> responses, GrpcCall call)
    {
        // One pending signal is enough: a watcher that lags hears of the newest state, not of every one.
        Channel<bool> changes = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            _watchers.Add(changes);
        }

        try
        {
            HealthCheckResponse.Types.ServingStatus? told = null;
            do
            {
                HealthCheckResponse.Types.ServingStatus status = Of(request.Service)
                    ?? HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
                if (status != told)
                {
                    await responses.WriteAsync(new HealthCheckResponse { Status = status }, call.Cancellation)
                        .ConfigureAwait(false);
                    told = status;
                }
            }
            while (await changes.Reader.ReadAsync(call.Cancellation).ConfigureAwait(false));
        }
        finally
        {
            lock (_gate)
            {
                _watchers.Remove(changes);
            }
        }
    }

    private HealthCheckResponse.Types.ServingStatus? Of(string service)
    {
        lock (_gate)
        {
            return !_serving.TryGetValue(service, out bool serving) ? null
                : serving ? HealthCheckResponse.Types.ServingStatus.Serving
                : HealthCheckResponse.Types.ServingStatus.NotServing;
        }
    }
}
