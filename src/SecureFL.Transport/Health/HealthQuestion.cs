using SecureFL.Transport.Calls;

namespace SecureFL.Transport.Health;

/// <summary>Asks the standard health service (grpc/doc/health-checking.md) of a server.</summary>
public static class HealthQuestion
{
    internal const string Service = "grpc.health.v1.Health";

    internal static readonly GrpcMethod<HealthCheckRequest, HealthCheckResponse> Check =
        new(Service, "Check", HealthCheckRequest.Parser, HealthCheckResponse.Parser);

    internal static readonly GrpcMethod<HealthCheckRequest, HealthCheckResponse> Watch =
        new(Service, "Watch", HealthCheckRequest.Parser, HealthCheckResponse.Parser);

    /// <summary>Whether a service serves.</summary>
    /// <param name="channel">The server.</param>
    /// <param name="service">The service's full name; empty for the whole server.</param>
    /// <param name="options">Deadline and cancellation; the call is idempotent by itself.</param>
    /// <returns>Whether it serves.</returns>
    /// <exception cref="GrpcException">The server cannot be reached, or does not know the service
    /// (NOT_FOUND).</exception>
    public static async Task<bool> AskAsync(GrpcChannel channel, string service = "", GrpcCallOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        HealthCheckResponse reply = await channel
            .UnaryAsync(Check, new HealthCheckRequest { Service = service },
                (options ?? new GrpcCallOptions()) with { Idempotent = true }).ConfigureAwait(false);
        return reply.Status == HealthCheckResponse.Types.ServingStatus.Serving;
    }
}
