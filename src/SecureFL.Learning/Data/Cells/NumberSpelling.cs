using System.Globalization;
using System.Numerics;

namespace SecureFL.Learning.Data.Cells;

/// <summary>
/// The one spelling of a number that is a category: <c>1</c>, <c>1.0</c> and <c>01</c> are one. Stateless and
/// thread-safe.
/// </summary>
internal static class NumberSpelling
{
    private const double Exact = 1L << 53;

    /// <summary>The spelling of a number that a double holds.</summary>
    internal static string Of(double number) => (number + 0.0).ToString("R", CultureInfo.InvariantCulture);

    /// <summary>As <see cref="Of(double)"/>, digit by digit where a double does not hold them.</summary>
    internal static string Of(string cell, double number, NumberFormat format) =>
        WideDigits(cell, number, format) ?? Of(number);

    /// <summary>
    /// The digits of a whole number that <paramref name="number"/>, its double, does not hold; null for all others.
    /// </summary>
    internal static string? WideDigits(string cell, double number, NumberFormat format) =>
        Math.Abs(number) >= Exact && format.ToPlain(cell) is string plain
        && BigInteger.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger whole)
        && whole != new BigInteger(number) ? whole.ToString(CultureInfo.InvariantCulture) : null;
}
