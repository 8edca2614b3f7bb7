namespace SecureFL.Learning.ServerOptimizers;

/// <summary>
/// Powers by multiplication alone, in one order: <see cref="Math.Pow"/> is the C library's, and its last bit is not the
/// same on every system.
/// </summary>
internal static class WholePower
{
    /// <summary><paramref name="value"/> to the power of <paramref name="exponent"/>, by repeated squaring.</summary>
    /// <param name="value">The base.</param>
    /// <param name="exponent">At least 0; its bits are taken from the lowest on.</param>
    public static double Of(double value, int exponent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(exponent);
        double power = 1;
        for (double square = value; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                power *= square;
            }

            square *= square;
        }

        return power;
    }
}
