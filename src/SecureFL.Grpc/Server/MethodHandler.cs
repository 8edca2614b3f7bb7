namespace SecureFL.Grpc.Server;

/// <summary>One method of a service: what runs when it is called.</summary>
/// <param name="Path">The path of the request.</param>
/// <param name="Limits">Limits of this method, or null for the service's.</param>
/// <param name="RunAsync">Reads the request, runs the handler, writes the response; the status is the caller's
/// business.</param>
internal sealed record MethodHandler(string Path, GrpcServerLimits? Limits, Func<GrpcCall, Task> RunAsync);
