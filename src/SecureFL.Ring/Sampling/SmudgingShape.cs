using System.Numerics;
using SecureFL.Ring.Kernels;

namespace SecureFL.Ring.Sampling;

/// <summary>
/// The distribution of smudging noise: a sum of k independent uniform integers of w bits and j of w - 1 bits, 4 &lt;= k
/// &lt;= 15, 0 &lt;= j &lt;= 3, centred. Every integer of its range occurs, it is bounded, and it is drawn without
/// rejection, table or floating point. Immutable.
/// </summary>
/// <remarks>
/// <para>
/// Why a sum of uniforms hides as well as a Gaussian. Let P be the distribution of the noise X and P_e that of X + e.
/// The Hellinger distance of a location family obeys h^2(P, P_e) &lt;= e^2 I / 8, I the Fisher information, for
/// sqrt(P(x + e)) - sqrt(P(x)) is the integral of its derivative (Cauchy-Schwarz), or on the integers by the triangle
/// inequality with I = 4 sum_x (sqrt P(x + 1) - sqrt P(x))^2. Squared Hellinger distances of independent coordinates
/// add up at most, and the statistical distance is at most sqrt(2) h: with M coordinates of noise e_i of mean square
/// sigma_ct^2 it is at most sqrt(M) sigma_ct sqrt(I) / 2. A Gaussian has I = 1/sigma^2.
/// </para>
/// <para>
/// The sum of four equal uniforms has I Var = 1.0386, and every further summand brings it nearer to 1 (a test computes
/// it for all shapes). The variance is therefore chosen as the least one that is 1.05 times sigma_sm^2 or more; with 4
/// k + j taking every value from 16 to 63 it is at most 1.05 * 17/16 = 1.116 times. Uniforms are strictly subgaussian:
/// Pr[|sum of t noises| &gt;= 16 sigma_sm sqrt(t)] &lt;= 2 exp(-128/1.116) &lt; 2^-164.
/// </para>
/// </remarks>
public sealed record SmudgingShape
{
    /// <summary>Widest summand in bits.</summary>
    public const int MaxWidth = 120;

    private const int MinWidth = 8;

    private SmudgingShape(int width, int wide, int narrow)
    {
        Width = width;
        WideSummands = wide;
        NarrowSummands = narrow;
    }

    /// <summary>w.</summary>
    public int Width { get; }

    /// <summary>k.</summary>
    public int WideSummands { get; }

    /// <summary>j.</summary>
    public int NarrowSummands { get; }

    /// <summary>The variance, (k (4^w - 1) + j (4^(w-1) - 1)) / 12.</summary>
    public double Variance => (double)VarianceTimesTwelve / 12;

    /// <summary>No noise is larger in absolute value.</summary>
    public BigInteger Bound => Maximum - Offset;

    /// <summary>12 times the variance.</summary>
    public BigInteger VarianceTimesTwelve =>
        (WideSummands * ((BigInteger.One << (2 * Width)) - 1))
        + (NarrowSummands * ((BigInteger.One << (2 * (Width - 1))) - 1));

    /// <summary>What is subtracted from the sum: its mean, rounded down.</summary>
    internal BigInteger Offset => Maximum / 2;

    /// <summary>Limbs of a drawn integer.</summary>
    internal int Limbs => (Width + RingKernel.LimbBits - 1) / RingKernel.LimbBits;

    private BigInteger Maximum => (WideSummands * ((BigInteger.One << Width) - 1))
        + (NarrowSummands * ((BigInteger.One << (Width - 1)) - 1));

    /// <summary>
    /// The shape of least variance that is at least 1.05 times <paramref name="varianceTimesEight"/> / 8.
    /// </summary>
    /// <exception cref="ArgumentException">It would need summands of fewer than 8 or more than 120 bits.</exception>
    public static SmudgingShape ForVariance(BigInteger varianceTimesEight)
    {
        // 12 Var >= 12 * 1.05 * v / 8 = 63 v / 40.
        BigInteger needed = ((63 * varianceTimesEight) + 39) / 40;
        for (int width = MinWidth; width <= MaxWidth; width++)
        {
            for (int units = 16; units <= 63; units++)
            {
                SmudgingShape shape = new(width, units / 4, units % 4);
                if (shape.VarianceTimesTwelve >= needed)
                {
                    return width > MinWidth || units > 16
                        ? shape
                        : throw new ArgumentException("smudging rule: the noise is too narrow to be drawn",
                            nameof(varianceTimesEight));
                }
            }
        }

        throw new ArgumentException($"smudging rule: the noise would need summands of more than {MaxWidth} bits",
            nameof(varianceTimesEight));
    }
}
