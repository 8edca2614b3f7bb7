using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureFL.Grpc.Framing;
using SecureFL.Grpc.Server;

namespace SecureFL.Grpc;

/// <summary>Maps services into an application's routes.</summary>
public static class GrpcEndpoints
{
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
        CallRunner runner = new(service.Guards,
            endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("SecureFL.Grpc"));
        foreach (MethodHandler method in service.Methods)
        {
            endpoints.MapPost(method.Path,
                (RequestDelegate)(http => runner.RunAsync(http, method, method.Limits ?? limits)));
        }

        MethodHandler unknown = new($"/{service.Name}/", null, static call =>
            throw new GrpcException(GrpcStatusCode.Unimplemented,
                $"no method {PercentEncoding.Shorten(call.Http.Request.Path.ToString(), 200)}"));
        endpoints.MapPost($"/{service.Name}/{{method}}",
            (RequestDelegate)(http => runner.RunAsync(http, unknown, limits)));
        return endpoints;
    }
}
