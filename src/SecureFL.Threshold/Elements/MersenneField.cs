using System.Runtime.CompilerServices;

namespace SecureFL.Threshold.Elements;

/// <summary>
/// Arithmetic in F_p for the Mersenne prime p = 2^31 - 1. Elements are canonical: 0 &lt;= a &lt; p. No operation
/// branches on, or indexes by, an element, and an exponent is public. Thread-safe. 2^31 = 1 (mod p), so that v = (v mod
/// 2^31) + floor(v / 2^31) folds a number without division (Crandall and Pomerance, "Prime Numbers", 9.2.3).
/// </summary>
public static class MersenneField
{
    /// <summary>p = 2^31 - 1.</summary>
    public const uint Modulus = 0x7FFF_FFFF;

    /// <summary>Bits of an element.</summary>
    public const int BitLength = 31;

    /// <summary>
    /// The largest magnitude of a signed number that <see cref="FromSigned"/> and <see cref="ToCentered"/> carry: (p -
    /// 1) / 2.
    /// </summary>
    public const int MaxMagnitude = (int)(Modulus / 2);

    /// <summary>v mod p for any 64-bit v.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Reduce(ulong v)
    {
        v = (v & Modulus) + (v >> BitLength);       // < 2^31 + 2^33
        v = (v & Modulus) + (v >> BitLength);       // <= p + 5 < 2p
        return SubtractModulusOnce((uint)v);
    }

    /// <summary>a + b mod p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Add(uint a, uint b) => SubtractModulusOnce(a + b);

    /// <summary>a - b mod p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Subtract(uint a, uint b) => SubtractModulusOnce(a + (Modulus - b));

    /// <summary>-a mod p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Negate(uint a) => SubtractModulusOnce(Modulus - a);

    /// <summary>a * b mod p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Multiply(uint a, uint b) => Reduce((ulong)a * b);

    /// <summary>base^exponent mod p, in a time that depends on the (public) exponent alone.</summary>
    public static uint Power(uint @base, uint exponent)
    {
        uint result = 1;
        for (int bit = 31; bit >= 0; bit--)
        {
            result = Multiply(result, result);
            if (((exponent >> bit) & 1) != 0)
            {
                result = Multiply(result, @base);
            }
        }

        return result;
    }

    /// <summary>1 / a mod p = a^(p-2) (Fermat).</summary>
    /// <exception cref="ArgumentOutOfRangeException">a is 0.</exception>
    public static uint Inverse(uint a)
    {
        ArgumentOutOfRangeException.ThrowIfZero(a);
        return Power(a, Modulus - 2);
    }

    /// <summary>
    /// The element of a signed number, |value| at most <see cref="MaxMagnitude"/>; the caller has checked the range.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FromSigned(int value) => (uint)value + (Modulus & (uint)(value >> 31));

    /// <summary>The representative in (-p/2, p/2].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ToCentered(uint a) => (int)a - (int)(Modulus & (uint)((MaxMagnitude - (int)a) >> 31));

    /// <summary>v mod p for v &lt; 2p: where v - p wraps around, its sign bit adds p back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint SubtractModulusOnce(uint v)
    {
        uint difference = v - Modulus;
        return difference + (Modulus & (uint)((int)difference >> 31));
    }
}
