using Grpc.Core;
using SecureFL.Transport.Server.Limits;

namespace SecureFL.Transport.Server.Calls;

/// <summary>
/// A service with its handlers, ready to be mapped by <see cref="GrpcEndpoints.MapGrpc"/>. Immutable; made by
/// <see cref="GrpcServiceBuilder"/>.
/// </summary>
public sealed class GrpcService
{
    internal GrpcService(ServerServiceDefinition handlers, IReadOnlyDictionary<string, GrpcServerLimits> limits,
        IReadOnlyList<Func<GrpcCall, ValueTask>> guards) =>
        (Handlers, Limits, Guards) = (handlers, limits, guards);

    internal ServerServiceDefinition Handlers { get; }

    /// <summary>Limits of methods that bring their own, by path.</summary>
    internal IReadOnlyDictionary<string, GrpcServerLimits> Limits { get; }

    internal IReadOnlyList<Func<GrpcCall, ValueTask>> Guards { get; }
}
