using System.Buffers.Binary;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Seal.Parameters;

/// <summary>
/// SEAL's <c>parms_id</c>: the BLAKE2b-256 digest of scheme, N, primes and plaintext modulus, as four little-endian
/// words. Thread-safe.
/// </summary>
public readonly record struct ParametersId(ulong W0, ulong W1, ulong W2, ulong W3)
{
    /// <summary>Bytes of an id.</summary>
    public const int Size = 32;

    /// <summary>The number of CKKS among SEAL's schemes.</summary>
    internal const byte CkksScheme = 2;

    /// <summary>The id of CKKS over these primes.</summary>
    internal static ParametersId Compute(int ringDegree, ReadOnlySpan<Modulus> moduli)
    {
        byte[] input = new byte[(moduli.Length + 3) * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(input, CkksScheme);
        BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(8), (ulong)ringDegree);
        for (int i = 0; i < moduli.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(16 + (8 * i)), moduli[i].Value);
        }

        // The last word is the plaintext modulus: 0 for CKKS.
        Span<byte> digest = stackalloc byte[Size];
        Blake2b.Hash(default, input, digest);
        return Read(digest);
    }

    internal static ParametersId Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, W0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], W1);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], W2);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], W3);
    }

    /// <summary>64 hexadecimal digits, word by word.</summary>
    public override string ToString() => $"{W0:x16}{W1:x16}{W2:x16}{W3:x16}";
}
