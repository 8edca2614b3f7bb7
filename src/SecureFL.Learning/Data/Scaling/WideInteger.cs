using System.Numerics;

namespace SecureFL.Learning.Data.Scaling;

/// <summary>
/// Whole numbers of any size as limbs of 47 bits, each of which a counter can carry: limbs of several sites add up to
/// the limbs of the sum, up to 2^16 sites. And the way from doubles and back. Thread-safe.
/// </summary>
public static class WideInteger
{
    /// <summary>Bits of a limb, sign excluded.</summary>
    public const int LimbBits = 47;

    private const int DoubleBits = 64;

    /// <summary>Whether <paramref name="value"/> fits that many limbs.</summary>
    public static bool Fits(BigInteger value, int limbs) =>
        BigInteger.Abs(value).GetBitLength() <= (long)limbs * LimbBits;

    /// <summary>Writes the limbs of a number, the lowest first, each with the number's sign.</summary>
    /// <exception cref="ArgumentException">The number has more bits than the limbs.</exception>
    public static void Split(BigInteger value, Span<long> limbs)
    {
        if (!Fits(value, limbs.Length))
        {
            throw new ArgumentException(
                $"a number of {BigInteger.Abs(value).GetBitLength()} bits, {limbs.Length * LimbBits} have room",
                nameof(value));
        }

        BigInteger rest = BigInteger.Abs(value);
        BigInteger mask = (BigInteger.One << LimbBits) - 1;
        for (int i = 0; i < limbs.Length; i++)
        {
            limbs[i] = (long)(rest & mask) * value.Sign;
            rest >>= LimbBits;
        }
    }

    /// <summary>The number whose limbs, or sums of limbs, these are.</summary>
    public static BigInteger Join(ReadOnlySpan<long> limbs)
    {
        BigInteger value = BigInteger.Zero;
        for (int i = limbs.Length - 1; i >= 0; i--)
        {
            value = (value << LimbBits) + limbs[i];
        }

        return value;
    }

    /// <summary>A double in units of 2^-<paramref name="fraction"/>, rounded to the nearest.</summary>
    /// <exception cref="ArgumentException">Not a finite number.</exception>
    public static BigInteger FromDouble(double value, int fraction)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentException($"{value} is no finite number", nameof(value));
        }

        if (value == 0)
        {
            return BigInteger.Zero;
        }

        int exponent = Math.ILogB(value) - 52;
        BigInteger mantissa = (BigInteger)Math.ScaleB(value, -exponent);
        int shift = exponent + fraction;
        if (shift >= 0)
        {
            return mantissa << shift;
        }

        BigInteger half = BigInteger.One << (-shift - 1);
        return mantissa.Sign < 0 ? -((-mantissa + half) >> -shift) : (mantissa + half) >> -shift;
    }

    /// <summary>numerator / denominator * 2^<paramref name="exponent"/> to the precision of a double.</summary>
    public static double Ratio(BigInteger numerator, BigInteger denominator, int exponent)
    {
        if (denominator.IsZero)
        {
            throw new DivideByZeroException();
        }

        int shift = DoubleBits - (int)(BigInteger.Abs(numerator).GetBitLength() - BigInteger.Abs(denominator)
            .GetBitLength());
        BigInteger quotient = shift >= 0 ? (numerator << shift) / denominator : numerator / (denominator << -shift);
        return Math.ScaleB((double)quotient, exponent - shift);
    }
}
