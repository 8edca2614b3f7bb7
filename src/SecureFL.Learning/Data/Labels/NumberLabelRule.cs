using System.Collections.Immutable;
using System.Globalization;

namespace SecureFL.Learning.Data.Labels;

/// <summary>
/// Whether a label of numbers means classes or a number to predict. Fractions are a number; two values are classes; up
/// to five whole numbers are classes. More are a number (a score, a count, days, kilograms), except codes of classes
/// that were gathered evenly: from 0 or 1 without a gap, the rarest at least half as common as the commonest, as in
/// digits 0 .. 9.
/// </summary>
internal static class NumberLabelRule
{
    /// <summary>Most whole numbers that are classes in any case.</summary>
    private const int FewValues = 5;

    /// <summary>Fewest rows of each of more classes than <see cref="FewValues"/>.</summary>
    private const int LeastRows = 20;

    /// <summary>Least rows of the rarest of more classes for each row of the commonest.</summary>
    private const double Even = 0.5;

    /// <summary>Whether all of these values together are classes.</summary>
    internal static bool AreClasses(ImmutableArray<LabelValue> values, int most)
    {
        double[] numbers = [.. values.Select(value => double.Parse(value.Text, CultureInfo.InvariantCulture)).Order()];
        return values.Length == 2
            || (Array.TrueForAll(numbers, number => number == Math.Floor(number))
                && (values.Length <= FewValues || (values.Length <= most && AreCodes(values, numbers))));
    }

    /// <summary>How to take a label of numbers for classes.</summary>
    internal static string ToClasses(ImmutableArray<string> values, int most) =>
        values.Length <= most && values.All(IsWhole)
        ? string.Create(CultureInfo.InvariantCulture,
            $", of {values.Length} whole values in all; if they are classes: --classes {string.Join(',', values)}; ")
            + "--label-threshold makes two classes of it"
        : "; --label-threshold makes two classes of it, --classes takes its values as classes";

    private static bool IsWhole(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private static bool AreCodes(ImmutableArray<LabelValue> values, double[] numbers) =>
        numbers[0] is 0 or 1 && numbers[^1] - numbers[0] == numbers.Length - 1
        && values[^1].Rows >= LeastRows && values[^1].Rows >= Even * values[0].Rows;
}
