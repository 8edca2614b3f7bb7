using System.Globalization;

namespace SecureFL.Learning.Data.Cells;

/// <summary>What numbers of a file can be trained on: those of single precision, which models compute in.</summary>
internal static class TrainableNumber
{
    /// <summary>Whether it lies in the range; infinities and NaN do not.</summary>
    internal static bool Is(double number) => Math.Abs(number) <= float.MaxValue;

    /// <summary>The number as messages write it.</summary>
    internal static string Show(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>What is wrong with a number that does not.</summary>
    internal static string Fault(double number) =>
        $"{Show(number)} is beyond the numbers that can be trained on, -3.4E+38 .. 3.4E+38";
}
