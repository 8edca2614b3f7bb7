using SecureFL.Grpc.Server;

namespace SecureFL.Grpc;

/// <summary>
/// A service with its handlers, ready to be mapped by <see cref="GrpcEndpoints.MapGrpc"/>. Immutable; made by
/// <see cref="GrpcServiceBuilder"/>.
/// </summary>
public sealed class GrpcService
{
    internal GrpcService(string name, IReadOnlyList<MethodHandler> methods,
        IReadOnlyList<Func<GrpcCall, ValueTask>> guards)
    {
        Name = name;
        Methods = methods;
        Guards = guards;
    }

    /// <summary>The service's full name.</summary>
    public string Name { get; }

    internal IReadOnlyList<MethodHandler> Methods { get; }

    internal IReadOnlyList<Func<GrpcCall, ValueTask>> Guards { get; }
}
