using System.Buffers.Binary;

namespace SecureFL.Reference;

/// <summary>
/// The canonical encoding of section 8: big-endian integers, fixed byte strings, u32-counted byte strings.
/// </summary>
internal sealed class Canonical
{
    private readonly List<byte> _bytes = [];

    public static byte[] Of(Action<Canonical> fields)
    {
        Canonical writer = new();
        fields(writer);
        return [.. writer._bytes];
    }

    public Canonical U8(int value)
    {
        _bytes.Add(checked((byte)value));
        return this;
    }

    public Canonical U32(long value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, checked((uint)value));
        return Raw(bytes);
    }

    public Canonical U64(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return Raw(bytes);
    }

    public Canonical I64(long value) => U64(unchecked((ulong)value));

    public Canonical Raw(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public Canonical Counted(byte[] bytes) => U32(bytes.Length).Raw(bytes);

    public Canonical Text(string text) => Counted(System.Text.Encoding.UTF8.GetBytes(text));
}
