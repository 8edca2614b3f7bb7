using System.Buffers.Binary;
using System.Numerics;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.Layout;

namespace SecureFL.Protocol.Tests.Support;

/// <summary>Packed polynomials, written and read the slow way.</summary>
internal static class PackedPolynomial
{
    /// <summary>The constant polynomial <paramref name="value"/>, modulo each prime.</summary>
    public static byte[] Constant(AggregationPlan plan, BigInteger value)
    {
        BigInteger[] coefficients = new BigInteger[plan.Parameters.RingDegree];
        coefficients[0] = value;
        return Of(plan, coefficients);
    }

    public static byte[] Of(AggregationPlan plan, ReadOnlySpan<BigInteger> coefficients)
    {
        byte[] packed = new byte[plan.JointKey.PolynomialBytes];
        int start = 0;
        foreach (ulong prime in plan.Parameters.Primes)
        {
            int bits = 64 - BitOperations.LeadingZeroCount(prime);
            for (int word = 0; word < coefficients.Length; word++)
            {
                BigInteger residue = ((coefficients[word] % prime) + prime) % prime;
                Write(packed, start, word, bits, (ulong)residue);
            }

            start += coefficients.Length / 8 * bits;
        }

        return packed;
    }

    /// <summary>The residues modulo one prime.</summary>
    public static ulong[] Read(AggregationPlan plan, ReadOnlySpan<byte> packed, int prime)
    {
        int start = 0;
        for (int i = 0; i < prime; i++)
        {
            start += plan.Parameters.RingDegree / 8 * (64 - BitOperations.LeadingZeroCount(plan.Parameters.Primes[i]));
        }

        int bits = 64 - BitOperations.LeadingZeroCount(plan.Parameters.Primes[prime]);
        ulong[] residues = new ulong[plan.Parameters.RingDegree];
        for (int word = 0; word < residues.Length; word++)
        {
            for (int bit = 0; bit < bits; bit++)
            {
                (int index, int shift) = Position(start, word, bits, bit);
                residues[word] |= ((BinaryPrimitives.ReadUInt64LittleEndian(packed[index..]) >> shift) & 1) << bit;
            }
        }

        return residues;
    }

    private static void Write(byte[] packed, int start, int word, int bits, ulong residue)
    {
        for (int bit = 0; bit < bits; bit++)
        {
            (int index, int shift) = Position(start, word, bits, bit);
            ulong old = BinaryPrimitives.ReadUInt64LittleEndian(packed.AsSpan(index));
            BinaryPrimitives.WriteUInt64LittleEndian(packed.AsSpan(index), old | (((residue >> bit) & 1) << shift));
        }
    }

    // Word 8r + c of a group of 512 is row r of column c; 64-bit word j of a column stands at 8 j + c of the group.
    private static (int Index, int Shift) Position(int start, int word, int bits, int bit)
    {
        int position = (word % 512 / 8 * bits) + bit;
        return (start + (word / 512 * bits * 64) + (8 * ((8 * (position / 64)) + (word % 8))), position % 64);
    }
}
