using System.Buffers;
using System.Buffers.Binary;

namespace SecureFL.Aggregation;

/// <summary>
/// Writes the one canonical encoding: fixed-width big-endian integers, fixed-length byte strings, u32-counted byte strings and lists,
/// booleans 0 or 1, UTF-8 text. There is no optional form, so a value has one encoding. Not thread-safe.
/// </summary>
internal sealed class CanonicalWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public int Length => _buffer.WrittenCount;

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.GetSpan(2), value);
        _buffer.Advance(2);
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    public void Count(int value) => UInt32(checked((uint)value));

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void Int64(long value) => UInt64(unchecked((ulong)value));

    public void Fixed(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    public void Digest(Digest digest)
    {
        digest.CopyTo(_buffer.GetSpan(Aggregation.Digest.Size));
        _buffer.Advance(Aggregation.Digest.Size);
    }

    public void Counted(ReadOnlySpan<byte> bytes)
    {
        Count(bytes.Length);
        Fixed(bytes);
    }

    public void Text(string text) => Counted(System.Text.Encoding.UTF8.GetBytes(text));

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}
