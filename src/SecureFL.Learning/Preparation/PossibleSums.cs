using System.Globalization;
using System.Numerics;
using SecureFL.Learning.Data.Scaling;

namespace SecureFL.Learning.Preparation;

/// <summary>
/// What the sums of a column's numbers have to do with each other, whatever the numbers are. Who adds made-up sums to
/// those of others is refused where the total is none of any rows; what some rows could have is not told from the
/// truth. Thread-safe.
/// </summary>
internal static class PossibleSums
{
    // Rows whose sums are rounded together, and the relative slack beyond: as in telling constants.
    private const int Block = 256;
    private const int SlackBits = 90;

    /// <summary>Refuses sums that no numbers have.</summary>
    /// <param name="column">The column, for people.</param>
    /// <param name="sites">Sites that summed.</param>
    /// <param name="count">Numbers, at least 0.</param>
    /// <param name="sum">Their sum in units of 2^-100.</param>
    /// <param name="squares">Their sum of squares in units of 2^-130; null where it was not summed.</param>
    /// <exception cref="ArgumentException">Names the column and the sums.</exception>
    public static void Require(string column, long sites, long count, BigInteger sum, BigInteger? squares)
    {
        if (count == 0)
        {
            if (!sum.IsZero || squares is { IsZero: false })
            {
                throw new ArgumentException($"{column}: no number, and {Described(sum, squares)}");
            }
        }
        else if (squares is BigInteger second)
        {
            // (sum x)^2 <= n sum x^2, in units of 2^-200. Sites round each block's sums to their units.
            BigInteger wide = (second << ((2 * ColumnTotals.SumFraction) - ColumnTotals.SquareFraction)) * count;
            BigInteger unit = 2 * ((count / Block) + sites + 1);
            BigInteger rounding = (unit * 2 * BigInteger.Abs(sum)) + (unit * unit)
                + ((unit * count) << ((2 * ColumnTotals.SumFraction) - ColumnTotals.SquareFraction));
            if (second.Sign < 0 || (sum * sum) - wide > rounding + (BigInteger.Abs(wide) >> SlackBits))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"{column}: {count} numbers with {Described(sum, squares)}"));
            }
        }
    }

    /// <summary>Refuses sums of the sites' least and largest numbers that no numbers have.</summary>
    /// <param name="column">The column, for people.</param>
    /// <param name="sites">Sites that summed.</param>
    /// <param name="count">Numbers of all sites.</param>
    /// <param name="filled">Sites that have any.</param>
    /// <param name="low">The sum of their least numbers in units of 2^-100.</param>
    /// <param name="high">That of their largest ones.</param>
    /// <exception cref="ArgumentException">Names the column and the sums.</exception>
    public static void RequireRange(string column, long sites, long count, long filled, BigInteger low,
        BigInteger high)
    {
        bool fits = filled >= (count > 0 ? 1 : 0) && filled <= Math.Min(sites, count) && low <= high
            && (filled > 0 || (low.IsZero && high.IsZero));
        if (!fits)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{column}: {count} numbers at {filled} of {sites} sites, whose least ones add up to {Real(low):G6} "
                + $"and largest ones to {Real(high):G6}"));
        }
    }

    private static string Described(BigInteger sum, BigInteger? squares) => string.Create(
        CultureInfo.InvariantCulture,
        $"a sum of {Real(sum):G6}{(squares is BigInteger second ? string.Create(CultureInfo.InvariantCulture,
            $" and a sum of squares of {WideInteger.Ratio(second, 1, -ColumnTotals.SquareFraction):G6}") : "")}");

    private static double Real(BigInteger sum) => WideInteger.Ratio(sum, 1, -ColumnTotals.SumFraction);
}
