using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureFL.Transport.Server.Limits;

namespace SecureFL.Transport.Server.Calls;

/// <summary>Maps services into an application's routes.</summary>
public static class GrpcEndpoints
{
    /// <summary>Adds what <see cref="MapGrpc"/> needs. The limits of calls are the services' own; the library's log
    /// repeats what peers do wrong, which is theirs to read.</summary>
    /// <param name="builder">The application.</param>
    public static void AddGrpcCalls(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Logging.AddFilter("Grpc", LogLevel.Critical);
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = null;
            options.MaxSendMessageSize = null;
            options.CompressionProviders.Clear();
        });
    }

    /// <summary>Maps every method of a service; other methods under its name answer UNIMPLEMENTED.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="service">The service.</param>
    /// <param name="limits">Limits of the methods that bring none of their own.</param>
    /// <returns>The application.</returns>
    /// <exception cref="ArgumentException">The limits contradict each other.</exception>
    public static IEndpointRouteBuilder MapGrpc(this IEndpointRouteBuilder endpoints, GrpcService service,
        GrpcServerLimits limits)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(limits);
        limits.Check();
        CallGate gate = new(service.Guards,
            endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("SecureFL.Calls"));
        endpoints.MapGrpcService(service.Handlers).Add(endpoint =>
        {
            // What answers UNIMPLEMENTED reads no body and needs no gate.
            if (endpoint.Metadata.OfType<GrpcMethodMetadata>().FirstOrDefault()?.Method is { } method)
            {
                RequestDelegate next = endpoint.RequestDelegate!;
                GrpcServerLimits granted = service.Limits.GetValueOrDefault(method.FullName, limits);
                bool single = method.Type is MethodType.Unary or MethodType.ServerStreaming;
                endpoint.RequestDelegate = http => gate.RunAsync(http, granted, single, next);
            }
        });
        return endpoints;
    }
}
