using System.Buffers;
using System.Text;

namespace SecureFL.Learning.Data.Files;

/// <summary>
/// Which characters a text file's bytes are: UTF-8 and UTF-16 by their marks, UTF-8 without a mark where every byte
/// fits, else Windows-1252 (which holds Latin-1), with a remark that says so; a file with letters in both is refused.
/// Never a replacement character. Thread-safe.
/// </summary>
/// <param name="Encoding">Decodes strictly: a byte that does not fit is an error.</param>
/// <param name="Remark">For people, where the encoding was guessed; null otherwise.</param>
public sealed record TextEncoding(System.Text.Encoding Encoding, string? Remark)
{
    private static readonly SearchValues<byte> Undefined = SearchValues.Create([0x81, 0x8D, 0x8F, 0x90, 0x9D]);

    private const int BlockBytes = 1 << 16;

    /// <summary>
    /// Looks through the whole of <paramref name="content"/>, or takes the encoding that <paramref name="name"/> means.
    /// </summary>
    /// <exception cref="DataFormatException">No such encoding, UTF-32, or bytes of no text.</exception>
    public static TextEncoding Of(Stream content, string source, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (name is not null)
        {
            return new TextEncoding(Named(source, name), null);
        }

        byte[] block = new byte[BlockBytes];
        int length = content.ReadAtLeast(block, BlockBytes, throwOnEndOfStream: false);
        ReadOnlySpan<byte> head = block.AsSpan(0, length);
        if (head.StartsWith(new byte[] { 0xFF, 0xFE, 0, 0 }) || head.StartsWith(new byte[] { 0, 0, 0xFE, 0xFF }))
        {
            throw new DataFormatException(source, "UTF-32 text", wayOut: "save the file as UTF-8");
        }

        if (head.StartsWith(new byte[] { 0xFF, 0xFE }) || head.StartsWith(new byte[] { 0xFE, 0xFF }))
        {
            return
                new TextEncoding(new UnicodeEncoding(head[0] == 0xFE, byteOrderMark: true, throwOnInvalidBytes: true),
                    null);
        }

        return Survey(content, source, block, length);
    }

    /// <summary>A reader of <paramref name="content"/> in this encoding.</summary>
    public StreamReader Open(Stream content) => new(content, Encoding, detectEncodingFromByteOrderMarks: false);

    private static TextEncoding Survey(Stream content, string source, byte[] block, int length)
    {
        UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        Decoder decoder = strict.GetDecoder();
        char[] characters = new char[BlockBytes + 4];
        long line = 1;
        bool begun = false;
        long? firstWide = null;
        long? firstForeign = null;
        long? firstUndefined = null;
        while (length > 0)
        {
            ReadOnlySpan<byte> bytes = block.AsSpan(0, length);
            RefuseBinary(source, bytes, line);
            if (firstForeign is null)
            {
                bool fits = Fits(decoder, bytes, characters);
                if (!fits || firstWide is null)
                {
                    (int foreign, int? wide) = FirstForeign(bytes, begun);
                    firstWide ??= line + wide;
                    firstForeign = fits ? null : line + foreign;
                }
            }

            begun = true;

            if (firstUndefined is null && bytes.IndexOfAny(Undefined) is >= 0 and int at)
            {
                firstUndefined = line + bytes[..at].Count((byte)'\n');
            }

            line += bytes.Count((byte)'\n');
            length = content.Read(block);
        }

        if (firstForeign is null && Fits(decoder, [], characters, flush: true))
        {
            return new TextEncoding(strict, null);
        }

        if (firstWide is long encoded)
        {
            throw new DataFormatException(
                source, $"letters in two encodings: those of line {encoded} are UTF-8, here they are not",
                firstForeign ?? line,
                wayOut: $"save all of the file as UTF-8; or, where line {encoded} is right as it is, name the file's "
                    + "--encoding, for example windows-1252");
        }

        if (firstUndefined is not null)
        {
            throw new DataFormatException(
                source, "bytes that are neither UTF-8 nor Windows-1252", firstUndefined,
                wayOut: "save the file as UTF-8, or name its --encoding, for example cp850");
        }

        return new TextEncoding(
            Named(source, "windows-1252"),
            $"read as Windows-1252, as line {firstForeign ?? line} is not UTF-8 (--encoding names another)");
    }

    private static bool Fits(Decoder decoder, ReadOnlySpan<byte> bytes, char[] characters, bool flush = false)
    {
        try
        {
            decoder.GetChars(bytes, characters, flush);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>
    /// Line feeds before the first byte that is no UTF-8, and before the first character of several bytes that comes
    /// earlier, if there is one. A character that an end of the block cuts off does not count.
    /// </summary>
    private static (int Foreign, int? Wide) FirstForeign(ReadOnlySpan<byte> bytes, bool begun)
    {
        int at = 0;
        int? wide = null;
        while (begun && at < Math.Min(3, bytes.Length) && (bytes[at] & 0xC0) == 0x80)
        {
            at++;
        }

        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes[at..], out _, out int used) == OperationStatus.Done)
        {
            wide ??= used > 1 ? bytes[..at].Count((byte)'\n') : null;
            at += used;
        }

        return (bytes[..at].Count((byte)'\n'), wide);
    }

    private static void RefuseBinary(string source, ReadOnlySpan<byte> bytes, long line)
    {
        int zero = bytes.IndexOf((byte)0);
        if (zero < 0)
        {
            return;
        }

        int zeros = bytes.Count((byte)0);
        bool wide = zeros * 3 >= bytes.Length && zeros * 3 <= bytes.Length * 2;
        throw new DataFormatException(
            source,
            wide ? "UTF-16 text without its mark" : "a zero byte: this is no text file",
            line + bytes[..zero].Count((byte)'\n'),
            wayOut: wide ? "save the file as UTF-8, or name its --encoding, utf-16le or utf-16be"
                : "save the table as CSV or Parquet");
    }

    private static System.Text.Encoding Named(string source, string name)
    {
        string known = name.ToLowerInvariant() switch
        {
            "utf8" => "utf-8",
            "utf-16le" or "utf16" or "utf-16" => "utf-16le",
            "latin1" or "latin-1" => "iso-8859-1",
            "cp1252" or "ansi" => "windows-1252",
            string other => other.StartsWith("cp", StringComparison.Ordinal) && other.Length > 2
                && other.AsSpan(2).ContainsAnyExceptInRange('0', '9') is false
                ? other[2..]
                : other,
        };
        try
        {
            System.Text.Encoding? found = int.TryParse(known, out int page)
                ? CodePagesEncodingProvider.Instance
                .GetEncoding(page, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                : CodePagesEncodingProvider.Instance
                .GetEncoding(known, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            return found ?? System.Text.Encoding
                .GetEncoding(known, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            throw new DataFormatException(
                source, $"there is no character encoding '{name}'", inner: fault,
                wayOut: "for example --encoding utf-8, windows-1252, latin1, utf-16le or cp850");
        }
    }
}
