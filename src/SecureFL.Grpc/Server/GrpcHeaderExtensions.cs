using Microsoft.AspNetCore.Http;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc;

/// <summary>Binary metadata in the header dictionaries of a call.</summary>
public static class GrpcHeaderExtensions
{
    /// <summary>Reads a binary header.</summary>
    /// <param name="headers">The headers.</param>
    /// <param name="name">Ends in <c>-bin</c>.</param>
    /// <returns>The bytes; null if there are none or they are not base64.</returns>
    public static byte[]? GetBinary(this IHeaderDictionary headers, string name)
    {
        ArgumentNullException.ThrowIfNull(headers);
        return headers[name].ToString() is { Length: > 0 } text
            && MetadataFormat.TryDecodeBinary(text, out byte[] value) ? value : null;
    }

    /// <summary>Sets a binary header.</summary>
    /// <param name="headers">The headers or trailers.</param>
    /// <param name="name">Ends in <c>-bin</c>.</param>
    /// <param name="value">Any bytes.</param>
    /// <exception cref="ArgumentException">The name does not end in <c>-bin</c> or may not stand in a
    /// header.</exception>
    public static void SetBinary(this IHeaderDictionary headers, string name, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(headers);
        GrpcMetadata checkedPair = new GrpcMetadata().Add(name, value);
        headers[name] = checkedPair.Get(name);
    }
}
