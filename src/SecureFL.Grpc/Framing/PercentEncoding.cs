using System.Text;

namespace SecureFL.Grpc.Framing;

/// <summary>The percent-encoding of grpc-message (grpc/doc/PROTOCOL-HTTP2.md, Status-Message).</summary>
internal static class PercentEncoding
{
    // Longer than any detail of this project, short enough for every peer's limit on a header block (8 KiB in most
    // implementations).
    public const int MaxCharacters = 1024;

    public static string Encode(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Shorten(text, MaxCharacters));
        StringBuilder encoded = new(bytes.Length);
        foreach (byte b in bytes)
        {
            if (b is >= 0x20 and <= 0x7e and not (byte)'%')
            {
                encoded.Append((char)b);
            }
            else
            {
                encoded.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }

    public static string Shorten(string text, int characters) =>
        text.Length <= characters ? text : string.Concat(text.AsSpan(0, characters), "...");

    /// <summary>
    /// Decodes leniently: what is no valid escape stays as it is, so that a bad message never hides a status.
    /// </summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1])
                && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(text.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(text.AsSpan(i, 1), bytes.AsSpan(length));
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
