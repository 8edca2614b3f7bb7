using System.Buffers.Binary;
using SecureFL.Ring.Randomness;

namespace SecureFL.Messages.Primitives;

/// <summary>Names one run of a plan (16 random bytes).</summary>
public readonly record struct SessionId
{
    /// <summary>Bytes of an identifier.</summary>
    public const int Size = 16;

    private readonly UInt128 _value;

    /// <summary>The identifier with these 16 bytes.</summary>
    /// <exception cref="ArgumentException">The span is not 16 bytes.</exception>
    public SessionId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"a session identifier is {Size} bytes, not {bytes.Length}", nameof(bytes));
        }

        _value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>A random identifier.</summary>
    public static SessionId Create(IEntropySource entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        Span<byte> bytes = stackalloc byte[Size];
        entropy.Fill(bytes);
        return new SessionId(bytes);
    }

    /// <summary>The 16 bytes.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);
        return bytes;
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
