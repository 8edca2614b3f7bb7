using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SecureFL.Messages.Primitives;

namespace SecureFL.Learning.Rounds;

/// <summary>Names one version of the global model.</summary>
/// <param name="Version">Completed rounds behind it.</param>
/// <param name="Digest">SHA-256 over version and weights: what the signed model chain carries.</param>
public readonly record struct ModelStamp(int Version, Digest Digest)
{
    /// <summary>
    /// The stamp of <paramref name="weights"/>: their little-endian bits after an eight-byte version.
    /// </summary>
    public static ModelStamp Of(int version, ReadOnlySpan<float> weights)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("SecureFL/1/global model"u8);
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, version);
        hash.AppendData(number);
        if (BitConverter.IsLittleEndian)
        {
            hash.AppendData(MemoryMarshal.AsBytes(weights));
        }
        else
        {
            foreach (float weight in weights)
            {
                BinaryPrimitives.WriteSingleLittleEndian(number, weight);
                hash.AppendData(number[..sizeof(float)]);
            }
        }

        return new ModelStamp(version, new Digest(hash.GetHashAndReset()));
    }
}
