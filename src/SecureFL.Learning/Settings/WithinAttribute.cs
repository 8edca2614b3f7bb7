using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace SecureFL.Learning.Settings;

/// <summary>
/// The numbers that a setting, or every element of a list of them, takes: the one place where they stand.
/// <see cref="Check"/> holds a record to them; descriptions, their schema and the command line read them from here.
/// </summary>
/// <param name="least">The lower end.</param>
/// <param name="most">The upper end; left out for none.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WithinAttribute(double least, double most = double.PositiveInfinity) : Attribute
{
    /// <summary>The lower end.</summary>
    public double Least => least;

    /// <summary>The upper end; infinite for none.</summary>
    public double Most => most;

    /// <summary>Whether the lower end itself is refused.</summary>
    public bool Above { get; init; }

    /// <summary>Whether the upper end itself is refused.</summary>
    public bool Below { get; init; }

    /// <summary>The range.</summary>
    public NumberRange Range => new(least, most) { Above = Above, Below = Below, Ends = !double.IsInfinity(most) };

    /// <summary>Refuses the first number of a record that is out of its range; null is no number.</summary>
    /// <exception cref="ArgumentException">Names the setting as descriptions do, its value and its range.</exception>
    public static void Check(object settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        foreach (PropertyInfo property in settings.GetType().GetProperties())
        {
            if (property.GetCustomAttribute<WithinAttribute>()?.Range is not NumberRange range
                || property.GetValue(settings) is not object value)
            {
                continue;
            }

            object? broken = Elements(value).FirstOrDefault(
                number => !range.Holds(Convert.ToDouble(number, CultureInfo.InvariantCulture)));
            if (broken is not null)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"{JsonNamingPolicy.CamelCase.ConvertName(property.Name)} is {broken}: {range.Words}"));
            }
        }
    }

    private static IEnumerable<object> Elements(object value) =>
        value is IEnumerable list ? list.Cast<object>() : [value];
}
