using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Serialization;

/// <summary>A cursor over a destination of exactly the right size.</summary>
internal ref struct SealWriter(Span<byte> bytes)
{
    private readonly Span<byte> _bytes = bytes;
    private int _at;

    internal void Byte(byte value) => Take(1)[0] = value;

    internal void Word(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    internal void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(sizeof(double)), value);

    internal void Id(ParametersId id) => id.Write(Take(ParametersId.Size));

    internal void Header(int objectSize) => SealHeader.Write(Take(SealHeader.Size), SealCompression.None, objectSize);

    internal void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    internal void Words(ReadOnlySpan<ulong> words)
    {
        Span<ulong> destination = MemoryMarshal.Cast<byte, ulong>(Take(words.Length * sizeof(ulong)));
        words.CopyTo(destination);
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(destination, destination);
        }
    }

    private Span<byte> Take(int count)
    {
        Span<byte> taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }
}
