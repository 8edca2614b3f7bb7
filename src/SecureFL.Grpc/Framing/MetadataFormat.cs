using System.Buffers;

namespace SecureFL.Grpc.Framing;

/// <summary>Names and values of custom metadata (grpc/doc/PROTOCOL-HTTP2.md, Custom-Metadata).</summary>
internal static class MetadataFormat
{
    private const string BinarySuffix = "-bin";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz_-.");

    public static bool IsBinary(string name) => name.EndsWith(BinarySuffix, StringComparison.OrdinalIgnoreCase);

    public static bool IsReserved(string name) =>
        name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase) || name.StartsWith(':')
        || name is "content-type" or "te" or "user-agent";

    public static string CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string lower = name.ToLowerInvariant();
        if (lower.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new ArgumentException($"'{name}' is no metadata name: letters, digits, '-', '_' and '.' only",
                nameof(name));
        }

        return IsReserved(lower) ? throw new ArgumentException($"'{name}' belongs to gRPC itself", nameof(name))
            : lower;
    }

    public static string CheckValue(string value)
    {
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException(
                "a text value of metadata is printable ASCII; bytes go under a name that ends in -bin", nameof(value));
        }

        return value.Trim(' ');
    }

    // Senders omit the padding, receivers take both forms.
    public static string EncodeBinary(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    public static bool TryDecodeBinary(string text, out byte[] value)
    {
        // Several values of one name may arrive joined by commas; the first is the value.
        ReadOnlySpan<char> first = text.AsSpan();
        int comma = first.IndexOf(',');
        first = (comma < 0 ? first : first[..comma]).Trim().TrimEnd('=');
        if (first.Length % 4 == 1)
        {
            value = [];
            return false;
        }

        string padded = string.Concat(first, "===".AsSpan(0, (4 - (first.Length % 4)) % 4));
        byte[] buffer = new byte[padded.Length / 4 * 3];
        bool valid = Convert.TryFromBase64String(padded, buffer, out int written);
        value = valid ? buffer[..written] : [];
        return valid;
    }
}
