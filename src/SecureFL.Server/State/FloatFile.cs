using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace SecureFL.Server.State;

/// <summary>Vectors as little-endian single-precision numbers without a header.</summary>
internal static class FloatFile
{
    public static void Write(Stream stream, ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (float value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            stream.Write(bytes);
        }
    }
}
