using System.Buffers.Binary;
using System.IO.Compression;
using SecureFL.Seal.Encoders;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Keys;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;
using SecureFL.Testing;
using ZstdSharp;

namespace SecureFL.Seal.Tests;

/// <summary>One valid object of each kind, and how each is loaded.</summary>
internal sealed class SealObjects
{
    internal SealObjects(int degree, params int[] bits)
    {
        Parameters = SealParameters.Create(degree, bits);
        using TestEntropy entropy = new(1);
        KeyGenerator generator = new(Parameters, entropy);
        using SecretKey secretKey = generator.CreateSecretKey();
        PublicKey publicKey = generator.CreatePublicKey(secretKey);
        using SymmetricEncryptor encryptor = new(secretKey, entropy);
        Plaintext plaintext = new CkksEncoder(Parameters).Encode([1.0, 2.0, 3.0], 1 << 20);
        Ciphertext ciphertext = encryptor.Encrypt(plaintext);
        All =
        [
            new("parameters", SealFormat.Save(Parameters), bytes => SealFormat.LoadParameters(bytes)),
            new("plaintext", SealFormat.Save(plaintext), bytes => SealFormat.LoadPlaintext(Parameters, bytes)),
            new("ciphertext", SealFormat.Save(ciphertext), bytes => SealFormat.LoadCiphertext(Parameters, bytes)),
            new("ciphertext", SealFormat.Save(ciphertext, seeded: true),
                bytes => SealFormat.LoadCiphertext(Parameters, bytes)),
            new("public_key", SealFormat.Save(publicKey), bytes => SealFormat.LoadPublicKey(Parameters, bytes)),
            new("public_key", SealFormat.Save(publicKey, seeded: true),
                bytes => SealFormat.LoadPublicKey(Parameters, bytes)),
            new("secret_key", SealFormat.Save(secretKey),
                bytes => SealFormat.LoadSecretKey(Parameters, bytes).Dispose()),
        ];
    }

    internal SealParameters Parameters { get; }

    internal Kind[] All { get; }

    internal Kind Ciphertext => All[2];

    internal Kind Seeded => All[3];

    /// <summary>The body under a zlib stream, the header corrected.</summary>
    internal static byte[] Compress(ReadOnlySpan<byte> plain, SealCompression compression) =>
        Wrap(plain[16..], compression);

    /// <summary>A header over the compressed bytes, zlib or zstd.</summary>
    internal static byte[] Wrap(ReadOnlySpan<byte> body, SealCompression compression)
    {
        using MemoryStream stream = new();
        stream.Write(new byte[16]);
        if (compression == SealCompression.Zlib)
        {
            using ZLibStream zlib = new(stream, CompressionLevel.Optimal, leaveOpen: true);
            zlib.Write(body);
        }
        else
        {
            using Compressor zstd = new();
            stream.Write(zstd.Wrap(body));
        }

        return WithHeader(stream.ToArray(), (byte)compression);
    }

    /// <summary>Overwrites the first 16 bytes with a header of that compression mode over all of them.</summary>
    internal static byte[] WithHeader(byte[] bytes, byte mode)
    {
        bytes[0] = 0x5E;
        bytes[1] = 0xA1;
        bytes[2] = 16;
        bytes[3] = 4;
        bytes[4] = 1;
        bytes[5] = mode;
        bytes[6] = bytes[7] = 0;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), bytes.Length);
        return bytes;
    }

    internal sealed record Kind(string Name, byte[] Bytes, Action<byte[]> Load)
    {
        /// <summary>The field that a load refuses.</summary>
        internal string Refusal(byte[] bytes) => Assert.Throws<SealFormatException>(() => Load(bytes)).Field;

        /// <summary>The field that a load refuses when the bytes at an offset are others.</summary>
        internal string RefusalWith(int offset, params byte[] replacement)
        {
            byte[] bytes = [.. Bytes];
            replacement.CopyTo(bytes, offset);
            return Refusal(bytes);
        }

        internal string RefusalWithWord(int offset, ulong word) => RefusalWith(offset, BitConverter.GetBytes(word));
    }
}
