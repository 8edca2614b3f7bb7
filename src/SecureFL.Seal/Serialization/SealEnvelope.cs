using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using ZstdSharp;

namespace SecureFL.Seal.Serialization;

/// <summary>The outer header and compression: from an object's bytes to the body after its header, and back.</summary>
internal static class SealEnvelope
{
    internal delegate T BodyReader<out T>(ReadOnlySpan<byte> body);

    // Fills plain as far as the stream goes, and says how far: its whole length where there may be more.
    private delegate int Decompression(byte[] compressed, int count, Span<byte> plain, string name);

    /// <summary>
    /// Opens an object whose body has at most <paramref name="bodyLimit"/> bytes: a figure that comes from the
    /// parameter set, never from the input. Buffers are of that size, and decompression stops there.
    /// </summary>
    internal static T Open<T>(ReadOnlySpan<byte> bytes, int bodyLimit, string name, BodyReader<T> read)
    {
        SealHeader header = SealHeader.Read(bytes, name);
        if (header.ObjectSize != (ulong)bytes.Length)
        {
            throw new SealFormatException($"{name}.header.size",
                $"{header.ObjectSize}, the input has {bytes.Length} bytes");
        }

        ReadOnlySpan<byte> body = bytes[SealHeader.Size..];
        switch (header.Compression)
        {
            case SealCompression.None:
                return read(body);
            case SealCompression.Zlib:
                return Decompress(body, bodyLimit, name, Inflate, read);
            case SealCompression.Zstd:
                return Decompress(body, bodyLimit, name, Unwrap, read);
            default:
                throw new SealFormatException($"{name}.header.compr_mode",
                    $"{(int)header.Compression}, expected 0 (none), 1 (zlib) or 2 (zstd)");
        }
    }

    /// <summary>The compressed form of an uncompressed object, at each format's usual level.</summary>
    internal static byte[] Compress(byte[] plain, SealCompression compression)
    {
        ReadOnlySpan<byte> body = plain.AsSpan(SealHeader.Size);
        using MemoryStream stream = new(plain.Length + 1024);
        stream.Write(plain, 0, SealHeader.Size);
        switch (compression)
        {
            case SealCompression.None:
                return plain;
            case SealCompression.Zlib:
                using (ZLibStream zlib = new(stream, CompressionLevel.Optimal, leaveOpen: true))
                {
                    zlib.Write(body);
                }

                break;
            case SealCompression.Zstd:
                using (Compressor zstd = new())
                {
                    stream.Write(zstd.Wrap(body));
                }

                break;
            default:
                throw new ArgumentException($"compression {compression} is not one of none, zlib and zstd",
                    nameof(compression));
        }

        byte[] compressed = stream.ToArray();
        SealHeader.Write(compressed, compression, compressed.Length);
        return compressed;
    }

    private static T Decompress<T>(ReadOnlySpan<byte> body, int bodyLimit, string name, Decompression decompress,
        BodyReader<T> read)
    {
        // The worst case is five bytes for every 16 KB (zlib) or four for every KB (zstd), and a few more; bytes beyond
        // that pack nothing.
        int compressedLimit = bodyLimit + (bodyLimit >> 8) + 1024;
        if (body.Length > compressedLimit)
        {
            throw new SealFormatException($"{name}.header.size",
                $"{body.Length} compressed bytes, at most {compressedLimit} for this parameter set");
        }

        byte[] compressed = ArrayPool<byte>.Shared.Rent(compressedLimit);
        byte[] plain = ArrayPool<byte>.Shared.Rent(bodyLimit + 1);
        try
        {
            body.CopyTo(compressed);
            int length = decompress(compressed, body.Length, plain.AsSpan(0, bodyLimit + 1), name);
            if (length > bodyLimit)
            {
                throw new SealFormatException($"{name}.size",
                    $"more than {bodyLimit} bytes after decompression, the most for this parameter set");
            }

            return read(plain.AsSpan(0, length));
        }
        finally
        {
            // Secret keys come this way too.
            CryptographicOperations.ZeroMemory(plain.AsSpan(0, bodyLimit + 1));
            CryptographicOperations.ZeroMemory(compressed.AsSpan(0, body.Length));
            ArrayPool<byte>.Shared.Return(plain);
            ArrayPool<byte>.Shared.Return(compressed);
        }
    }

    private static int Inflate(byte[] compressed, int count, Span<byte> plain, string name)
    {
        try
        {
            using MemoryStream stream = new(compressed, 0, count, writable: false);
            using ZLibStream zlib = new(stream, CompressionMode.Decompress);
            return zlib.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new SealFormatException($"{name}.zlib", "not a zlib stream", exception);
        }
    }

    // One pass into the caller's span: what a frame claims about its size or its window allocates nothing.
    private static int Unwrap(byte[] compressed, int count, Span<byte> plain, string name)
    {
        try
        {
            using Decompressor zstd = new();
            return zstd.TryUnwrap(compressed.AsSpan(0, count), plain, out int written) ? written : plain.Length;
        }
        catch (ZstdException exception)
        {
            throw new SealFormatException($"{name}.zstd", "not a Zstandard frame", exception);
        }
    }
}
