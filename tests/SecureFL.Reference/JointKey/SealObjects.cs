using System.Buffers.Binary;

namespace SecureFL.Reference;

/// <summary>
/// Objects of Microsoft SEAL 4.1 as section 12 has them, uncompressed, little-endian, for the wire mode of section
/// 11.10.
/// </summary>
internal static class SealObjects
{
    /// <summary>parms_id over the first primes of a set.</summary>
    public static byte[] Id(int degree, ulong[] primes) => Blake2b.Hash(Words([2, (ulong)degree, .. primes, 0]));

    public static byte[] Parameters(int degree, ulong[] primes) => WithHeader(
    [
        2, .. Words([(ulong)degree, (ulong)primes.Length]), .. primes.SelectMany(prime => WithHeader(Words([prime]))),
        .. WithHeader(Words([0])),
    ]);

    /// <summary>A ciphertext, or a public key: two polynomials, each modulo every prime, in SEAL's order.</summary>
    public static byte[] Ciphertext(int degree, ulong[] primes, int logScale, ulong[][] first, ulong[][] second) =>
        WithHeader(
    [
        .. Id(degree, primes),
        1,
        .. Words([2, (ulong)degree, (ulong)primes.Length, BitConverter.DoubleToUInt64Bits(Math.Pow(2, logScale)), 1]),
        .. WithHeader(Words([(ulong)(2 * primes.Length * degree), .. first.Concat(second).SelectMany(words => words)])),
    ]);

    /// <summary>
    /// Values in the order of 3.4 in SEAL's: groups of 64 transposed back, index 64 g + 8 r + c from position 64 g + 8
    /// c + r.
    /// </summary>
    public static ulong[] Reordered(ulong[] values) =>
        [.. Enumerable.Range(0, values.Length).Select(i => values[(i / 64 * 64) + (8 * (i % 8)) + (i % 64 / 8)])];

    public static ulong[] Transformed(ReferenceRing ring, ulong[] coefficients) =>
        Reordered(ring.ToEvaluationForm(coefficients));

    private static byte[] WithHeader(byte[] body) =>
        [0x5E, 0xA1, 0x10, 4, 1, 0, 0, 0, .. Words([(ulong)body.Length + 16]), .. body];

    private static byte[] Words(ulong[] words)
    {
        byte[] bytes = new byte[8 * words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 * i), words[i]);
        }

        return bytes;
    }
}
