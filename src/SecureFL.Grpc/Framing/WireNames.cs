namespace SecureFL.Grpc.Framing;

/// <summary>Header names and values of gRPC over HTTP/2 (grpc/doc/PROTOCOL-HTTP2.md).</summary>
internal static class WireNames
{
    public const string ContentType = "application/grpc";
    public const string ProtobufContentType = "application/grpc+proto";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string RetryPushback = "grpc-retry-pushback-ms";
    public const string Identity = "identity";
    public const string TransferEncoding = "te";
    public const string Trailers = "trailers";

    /// <summary>
    /// application/grpc, alone or with a subtype of protobuf or a parameter; never application/grpc-web.
    /// </summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) &&
        (contentType.Length == ContentType.Length || contentType[ContentType.Length] == ';' ||
            contentType.AsSpan(ContentType.Length).StartsWith("+proto", StringComparison.OrdinalIgnoreCase));
}
