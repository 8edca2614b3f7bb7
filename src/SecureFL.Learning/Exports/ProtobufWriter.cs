using System.Buffers;
using System.Buffers.Binary;

namespace SecureFL.Learning.Exports;

/// <summary>
/// Writes protocol buffer fields, as much of the encoding as an ONNX file needs: integers, text, bytes and nested
/// messages. Not thread-safe.
/// </summary>
internal sealed class ProtobufWriter
{
    private const int VarintType = 0;
    private const int LengthType = 2;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What was written so far.</summary>
    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>An integer field.</summary>
    public void Integer(int field, long value)
    {
        Varint(((ulong)field << 3) | VarintType);
        Varint(unchecked((ulong)value));
    }

    /// <summary>A text field, UTF-8.</summary>
    public void Text(int field, string value) => Bytes(field, System.Text.Encoding.UTF8.GetBytes(value));

    /// <summary>A field of bytes.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | LengthType);
        Varint((ulong)value.Length);
        _bytes.Write(value);
    }

    /// <summary>A nested message.</summary>
    public void Message(int field, Action<ProtobufWriter> fill)
    {
        ProtobufWriter inner = new();
        fill(inner);
        Bytes(field, inner.ToArray());
    }

    /// <summary>Single-precision numbers as little-endian bytes.</summary>
    public static byte[] LittleEndian(ReadOnlySpan<float> values)
    {
        byte[] raw = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(i * sizeof(float)), values[i]);
        }

        return raw;
    }

    /// <summary>Double-precision numbers as little-endian bytes.</summary>
    public static byte[] LittleEndian(ReadOnlySpan<double> values)
    {
        byte[] raw = new byte[values.Length * sizeof(double)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(raw.AsSpan(i * sizeof(double)), values[i]);
        }

        return raw;
    }

    /// <summary>Integers as little-endian bytes.</summary>
    public static byte[] LittleEndian(ReadOnlySpan<long> values)
    {
        byte[] raw = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(i * sizeof(long)), values[i]);
        }

        return raw;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Byte((byte)(value | 0x80));
        }

        Byte((byte)value);
    }

    private void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }
}
