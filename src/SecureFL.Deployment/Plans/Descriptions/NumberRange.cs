using System.Globalization;

namespace SecureFL.Deployment.Plans.Descriptions;

/// <summary>The finite numbers that a member of a description takes.</summary>
/// <param name="Least">The lower end.</param>
/// <param name="Most">The upper end; the type's own limit for none.</param>
public sealed record NumberRange(double Least, double Most)
{
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
            string most = string.Create(CultureInfo.InvariantCulture, $"{(Below ? "below" : "at most")} {Most:R}");
            return $"{least} and {most}";
        }
    }

    /// <summary>Whether a number is finite and in the range.</summary>
    public bool Holds(double value) =>
        double.IsFinite(value) && (Above ? value > Least : value >= Least) && (Below ? value < Most : value <= Most);
}
