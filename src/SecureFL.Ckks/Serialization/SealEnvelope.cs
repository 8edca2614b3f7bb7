using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;

namespace SecureFL.Ckks.Serialization;

/// <summary>The outer header and compression: from an object's bytes to the body after its header, and back.</summary>
internal static class SealEnvelope
{
    internal delegate T BodyReader<out T>(ReadOnlySpan<byte> body);

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
                return Inflate(body, bodyLimit, name, read);
            case SealCompression.Zstd:
                throw new SealFormatException(
                    $"{name}.header.compr_mode",
                    "2 (zstd) is not supported; save the object with compression mode none (0) or zlib (1): in "
                    + "SEAL, save(stream, compr_mode_type::zlib)");
            default:
                throw new SealFormatException($"{name}.header.compr_mode",
                    $"{(int)header.Compression}, expected 0 (none) or 1 (zlib)");
        }
    }

    /// <summary>The compressed form of an uncompressed object.</summary>
    internal static byte[] Compress(byte[] plain, SealCompression compression)
    {
        switch (compression)
        {
            case SealCompression.None:
                return plain;
            case SealCompression.Zlib:
                using (MemoryStream stream = new(plain.Length + 1024))
                {
                    stream.Write(plain, 0, SealHeader.Size);
                    using (ZLibStream zlib = new(stream, CompressionLevel.Optimal, leaveOpen: true))
                    {
                        zlib.Write(plain, SealHeader.Size, plain.Length - SealHeader.Size);
                    }

                    byte[] compressed = stream.ToArray();
                    SealHeader.Write(compressed, SealCompression.Zlib, compressed.Length);
                    return compressed;
                }

            default:
                throw new ArgumentException($"compression {compression} is not supported; none and zlib are",
                    nameof(compression));
        }
    }

    private static T Inflate<T>(ReadOnlySpan<byte> body, int bodyLimit, string name, BodyReader<T> read)
    {
        // zlib's worst case is five bytes for every 16 KB and a few more; a stream longer than that packs nothing.
        int compressedLimit = bodyLimit + (bodyLimit >> 10) + 1024;
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
            int length = Inflate(compressed, body.Length, plain.AsSpan(0, bodyLimit + 1), name);
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
}
