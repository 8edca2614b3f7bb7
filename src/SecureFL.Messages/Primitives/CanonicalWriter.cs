using System.Buffers.Binary;

namespace SecureFL.Messages.Primitives;

/// <summary>
/// Writes the one canonical encoding: fixed-width big-endian integers, fixed-length byte strings, u32-counted byte
/// strings and lists, booleans 0 or 1, UTF-8 text. There is no optional form, so a value has one encoding. Not
/// thread-safe.
/// </summary>
/// <param name="capacity">Bytes to make room for; more are taken as needed. Where it is exact, the bytes are written
/// once and never copied.</param>
internal sealed class CanonicalWriter(int capacity = 256)
{
    private byte[] _buffer = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void Byte(byte value) => Next(1)[0] = value;

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Next(sizeof(ushort)), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Next(sizeof(uint)), value);

    public void Count(int value) => UInt32(checked((uint)value));

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Next(sizeof(ulong)), value);

    public void Int64(long value) => UInt64(unchecked((ulong)value));

    public void Fixed(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Next(bytes.Length));

    public void Digest(Digest digest) => digest.CopyTo(Next(SecureFL.Messages.Primitives.Digest.Size));

    public void Counted(ReadOnlySpan<byte> bytes)
    {
        Count(bytes.Length);
        Fixed(bytes);
    }

    public void Text(string text) => Counted(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>The bytes; nothing may be written after them.</summary>
    public byte[] ToArray() => Length == _buffer.Length ? _buffer : Written.ToArray();

    private Span<byte> Next(int count)
    {
        int start = Length;
        Length = checked(start + count);
        if (Length > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(Length, (int)Math.Min(2L * _buffer.Length, Array.MaxLength)));
        }

        return _buffer.AsSpan(start, count);
    }
}
