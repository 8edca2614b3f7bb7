using System.Numerics;

namespace SecureFL.Learning.Metrics;

/// <summary>
/// A real sum as four whole numbers that add up over sites: fixed point with <see cref="FractionBits"/> bits after the
/// point, cut into limbs that fit a plan's counters. Exact to
/// 2^-77 for one site, up to 2^104 (2e31) in magnitude; beyond that a sum does not fit, which <see cref="TryWrite"/>
/// says, and nothing saturates.
/// </summary>
internal static class WideSum
{
    /// <summary>Limbs a sum.</summary>
    public const int Limbs = 4;

    /// <summary>Bits of one site's limb, sign excluded: three digits of a quantised element of 16 bits.</summary>
    public const int LimbBits = 45;

    /// <summary>Bits after the point.</summary>
    public const int FractionBits = (Limbs * LimbBits) - 104;

    private static readonly double Limit = Math.ScaleB(1, (Limbs * LimbBits) - FractionBits);

    /// <summary>
    /// Writes <paramref name="value"/>; where it is not finite or too large the limbs are 0 and the answer is false.
    /// </summary>
    public static bool TryWrite(double value, Span<long> limbs)
    {
        limbs[..Limbs].Clear();
        if (!(Math.Abs(value) < Limit))
        {
            return false;
        }

        BigInteger rest = new(Math.Round(Math.ScaleB(Math.Abs(value), FractionBits)));
        for (int limb = 0; limb < Limbs; limb++)
        {
            limbs[limb] = Math.Sign(value) * (long)(rest & ((1L << LimbBits) - 1));
            rest >>= LimbBits;
        }

        return true;
    }

    /// <summary>The sum in units of 2^-<see cref="FractionBits"/>, exact.</summary>
    public static BigInteger Read(ReadOnlySpan<long> limbs)
    {
        BigInteger sum = BigInteger.Zero;
        for (int limb = Limbs - 1; limb >= 0; limb--)
        {
            sum = (sum << LimbBits) + limbs[limb];
        }

        return sum;
    }

    /// <summary>The sum as a real number.</summary>
    public static double ToDouble(ReadOnlySpan<long> limbs) => Math.ScaleB((double)Read(limbs), -FractionBits);
}
