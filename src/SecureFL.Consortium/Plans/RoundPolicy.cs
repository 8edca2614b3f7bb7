using SecureFL.Learning.Settings;

namespace SecureFL.Consortium.Plans;

/// <summary>How the server paces rounds.</summary>
public sealed record RoundPolicy
{
    /// <summary>Longest of all times, in seconds: a year.</summary>
    public const double MostSeconds = 366.0 * 24 * 3600;

    /// <summary>The policy of sessions without terms: plain sums of all enrolled clients, no deadline.</summary>
    public static RoundPolicy Default { get; } = new();

    /// <summary>Contributions that close a round; 0 for all enrolled clients.</summary>
    [Within(0)]
    public int Contributions { get; init; }

    /// <summary>Seconds after which a round closes with what it has, if that is enough; 0 to wait for ever.</summary>
    [Within(0, MostSeconds)]
    public double DeadlineSeconds { get; init; }

    /// <summary>Seconds that an opening waits for key holders beyond the fewest that suffice.</summary>
    [Within(0, MostSeconds)]
    public double OpeningGraceSeconds { get; init; } = 2;

    /// <summary>Seconds between the opening of one round and the start of the next.</summary>
    [Within(0, MostSeconds)]
    public double BetweenRoundsSeconds { get; init; }

    /// <summary>Whether a round that evaluates the final model ends the training.</summary>
    public bool FinalEvaluation { get; init; } = true;

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting.</exception>
    public void Check() => WithinAttribute.Check(this);
}
