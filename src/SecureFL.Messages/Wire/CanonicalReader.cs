using System.Buffers.Binary;
using System.Globalization;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Messages.Violations;

namespace SecureFL.Messages.Wire;

/// <summary>
/// Reads what <see cref="CanonicalWriter"/> writes, within limits that the caller knows beforehand. Every refusal is a
/// <see cref="ProtocolViolationException"/> that names the field, what was expected and what came. Allocates nothing
/// that the input sizes beyond the caller's limit, nor beyond the bytes that are really there.
/// </summary>
internal ref struct CanonicalReader
{
    private static readonly System.Text.UTF8Encoding StrictUtf8 =
        new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly Party _sender;
    private readonly string _message;

    public CanonicalReader(ReadOnlySpan<byte> bytes, string message, Party sender)
    {
        _bytes = bytes;
        _message = message;
        _sender = sender;
    }

    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public byte Byte(string field) => Take(1, field)[0];

    public ushort UInt16(string field) => BinaryPrimitives.ReadUInt16BigEndian(Take(2, field));

    public uint UInt32(string field) => BinaryPrimitives.ReadUInt32BigEndian(Take(4, field));

    public ulong UInt64(string field) => BinaryPrimitives.ReadUInt64BigEndian(Take(8, field));

    public long Int64(string field) => unchecked((long)UInt64(field));

    public Digest Digest(string field) => new(Take(SecureFL.Messages.Primitives.Digest.Size, field));

    public ReadOnlySpan<byte> Fixed(int length, string field) => Take(length, field);

    public bool Flag(string field)
    {
        byte value = Byte(field);
        return value <= 1 ? value == 1 : throw Refuse(ViolationCode.NonCanonical, field, "0 or 1", value);
    }

    /// <summary>An integer in [minimum, maximum], 4 bytes.</summary>
    public int Int32(int minimum, int maximum, string field)
    {
        uint value = UInt32(field);
        return value >= (uint)minimum && value <= (uint)maximum
            ? (int)value
            : throw Refuse(ViolationCode.OutOfRange, field, $"{minimum} to {maximum}", value);
    }

    public long Int64(long minimum, long maximum, string field)
    {
        long value = Int64(field);
        return value >= minimum && value <= maximum
            ? value
            : throw Refuse(ViolationCode.OutOfRange, field, $"{minimum} to {maximum}", value);
    }

    /// <summary>
    /// A list's count: within the limits, and no larger than what the remaining bytes could hold at
    /// <paramref name="itemBytes"/> each.
    /// </summary>
    public int Count(int minimum, int maximum, int itemBytes, string field)
    {
        uint value = UInt32(field);
        if (value < (uint)minimum || value > (uint)maximum)
        {
            throw Refuse(value > (uint)maximum ? ViolationCode.Oversized : ViolationCode.OutOfRange, field,
                $"{minimum} to {maximum} items", value);
        }

        return (long)value * itemBytes <= Remaining
            ? (int)value
            : throw Refuse(ViolationCode.Truncated, field, $"at least {(long)value * itemBytes} more bytes", Remaining);
    }

    public ReadOnlySpan<byte> Counted(int maximum, string field)
    {
        uint length = UInt32(field);
        return length <= (uint)maximum
            ? Take((int)length, field)
            : throw Refuse(ViolationCode.Oversized, field, $"at most {maximum} bytes", length);
    }

    public string Text(int maximumBytes, string field)
    {
        ReadOnlySpan<byte> bytes = Counted(maximumBytes, field);
        string text;
        try
        {
            text = StrictUtf8.GetString(bytes);
        }
        catch (ArgumentException)
        {
            throw Refuse(ViolationCode.NonCanonical, field, "valid UTF-8", "other bytes");
        }

        foreach (System.Text.Rune rune in text.EnumerateRunes())
        {
            if (PrintableText.IsHidden(rune.Value))
            {
                throw Refuse(ViolationCode.NonCanonical, field, "no characters that do not print",
                    $"U+{rune.Value:X4}");
            }
        }

        return text;
    }

    public readonly void End()
    {
        if (Remaining != 0)
        {
            throw Refuse(ViolationCode.TrailingBytes, "end", "no more bytes", Remaining);
        }
    }

    public readonly ProtocolViolationException Refuse(ViolationCode code, string field, string expected,
        object received) =>
        new(code, _sender, $"{_message}.{field} {expected}",
            $"{Convert.ToString(received, CultureInfo.InvariantCulture)} before byte {Position}");

    private ReadOnlySpan<byte> Take(int length, string field)
    {
        if (length > Remaining)
        {
            throw Refuse(ViolationCode.Truncated, field, $"{length} bytes", $"{Remaining} bytes");
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(Position, length);
        Position += length;
        return taken;
    }
}
