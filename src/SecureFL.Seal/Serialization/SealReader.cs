using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Serialization;

/// <summary>A cursor over the bytes of one object; every refusal names the field. It allocates nothing.</summary>
internal ref struct SealReader(ReadOnlySpan<byte> bytes, string name)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly string _name = name;
    private int _at;

    internal readonly int Remaining => _bytes.Length - _at;

    internal byte Byte(string field) => Take(1, field)[0];

    internal ulong Word(string field) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), field));

    internal double Double(string field) => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double), field));

    internal ParametersId Id(string field) => ParametersId.Read(Take(ParametersId.Size, field));

    internal ReadOnlySpan<byte> Take(int count, string field)
    {
        if (Remaining < count)
        {
            throw Refuse(field, $"{count} bytes expected, {Remaining} left");
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    /// <summary>A word that must have one value.</summary>
    internal void Expect(string field, ulong expected)
    {
        ulong value = Word(field);
        if (value != expected)
        {
            throw Refuse(field, $"{value}, expected {expected}");
        }
    }

    /// <summary>A nested header: uncompressed, and of exactly that size with itself.</summary>
    internal void NestedHeader(string field, int size)
    {
        SealHeader header = SealHeader.Read(Take(SealHeader.Size, $"{field}.header"), $"{_name}.{field}");
        if (header.Compression != SealCompression.None)
        {
            throw Refuse($"{field}.header.compr_mode", $"{header.Compression}, nested objects are not compressed");
        }

        if (header.ObjectSize != (ulong)size)
        {
            throw Refuse($"{field}.header.size", $"{header.ObjectSize}, expected {size}");
        }
    }

    /// <summary>Fills the words, as many as the caller's parameters say.</summary>
    internal void Words(string field, Span<ulong> words)
    {
        Take(checked(words.Length * sizeof(ulong)), field).CopyTo(MemoryMarshal.AsBytes(words));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(words, words);
        }
    }

    internal readonly void End()
    {
        if (Remaining != 0)
        {
            throw Refuse("size", $"{Remaining} bytes too many");
        }
    }

    internal readonly SealFormatException Refuse(string field, string problem) => new($"{_name}.{field}", problem);
}
