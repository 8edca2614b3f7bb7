using System.Globalization;

namespace SecureFL.Learning.Settings;

/// <summary>The finite numbers that a setting takes.</summary>
/// <param name="Least">The lower end.</param>
/// <param name="Most">The upper end; the type's own limit for none.</param>
public sealed record NumberRange(double Least, double Most)
{
    /// <summary>Every number above 0.</summary>
    public static NumberRange AboveZero { get; } = From(0) with { Above = true };

    /// <summary>From 0 to below 1.</summary>
    public static NumberRange Share { get; } = Between(0, 1) with { Below = true };

    /// <summary>Whether the lower end itself is refused.</summary>
    public bool Above { get; init; }

    /// <summary>Whether the upper end itself is refused.</summary>
    public bool Below { get; init; }

    /// <summary>Whether <see cref="Most"/> is a limit of its own and not that of the type.</summary>
    public bool Ends { get; init; }

    /// <summary>The range in words: <c>above 0 and at most 1</c>.</summary>
    public string Words
    {
        get
        {
            string least = string.Create(CultureInfo.InvariantCulture, $"{(Above ? "above" : "at least")} {Least:R}");
            return double.IsInfinity(Most) ? least : string.Create(CultureInfo.InvariantCulture,
                $"{least} and {(Below ? "below" : "at most")} {Most:R}");
        }
    }

    /// <summary>Every number from <paramref name="least"/> on.</summary>
    public static NumberRange From(double least) => new(least, double.PositiveInfinity);

    /// <summary>Every number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static NumberRange Between(double least, double most) => new(least, most) { Ends = true };

    /// <summary>Whether a number is finite and in the range.</summary>
    public bool Holds(double value) =>
        double.IsFinite(value) && (Above ? value > Least : value >= Least) && (Below ? value < Most : value <= Most);
}
