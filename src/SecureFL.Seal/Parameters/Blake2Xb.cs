using System.Buffers.Binary;

namespace SecureFL.Seal.Parameters;

/// <summary>
/// BLAKE2Xb: a digest of up to 2^32 - 2 bytes from BLAKE2b (Aumasson, Neves, Wilcox-O'Hearn, Winnerlein, "BLAKE2X",
/// 2016). Public inputs only.
/// </summary>
internal static class Blake2Xb
{
    private const int InnerSize = Blake2b.MaxDigestSize;

    internal static void Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> digest)
    {
        Span<byte> parameters = stackalloc byte[Blake2b.ParameterBlockSize];
        parameters.Clear();
        parameters[0] = InnerSize;
        parameters[1] = (byte)key.Length;
        parameters[2] = 1;
        parameters[3] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(parameters[12..], (uint)digest.Length);
        Span<byte> root = stackalloc byte[InnerSize];
        Blake2b.Hash(parameters, key, input, root);

        // Output nodes: no key, no tree shape, leaves of one digest, numbered.
        parameters[1] = 0;
        parameters[2] = 0;
        parameters[3] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(parameters[4..], InnerSize);
        parameters[17] = InnerSize;
        for (uint node = 0; !digest.IsEmpty; node++)
        {
            int size = Math.Min(InnerSize, digest.Length);
            parameters[0] = (byte)size;
            BinaryPrimitives.WriteUInt32LittleEndian(parameters[8..], node);
            Blake2b.Hash(parameters, default, root, digest[..size]);
            digest = digest[size..];
        }
    }
}
