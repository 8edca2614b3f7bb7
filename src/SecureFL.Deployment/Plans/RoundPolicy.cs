namespace SecureFL.Deployment.Plans;

/// <summary>How the server paces rounds.</summary>
public sealed record RoundPolicy
{
    /// <summary>Longest of all times, in seconds: a year.</summary>
    public const double MostSeconds = 366.0 * 24 * 3600;

    /// <summary>The policy of sessions without terms: plain sums of all enrolled clients, no deadline.</summary>
    public static RoundPolicy Default { get; } = new();

    /// <summary>Contributions that close a round; 0 for all enrolled clients.</summary>
    public int Contributions { get; init; }

    /// <summary>Seconds after which a round closes with what it has, if that is enough; 0 to wait for ever.</summary>
    public double DeadlineSeconds { get; init; }

    /// <summary>Seconds that an opening waits for key holders beyond the fewest that suffice.</summary>
    public double OpeningGraceSeconds { get; init; } = 2;

    /// <summary>Seconds between the opening of one round and the start of the next.</summary>
    public double BetweenRoundsSeconds { get; init; }

    /// <summary>Whether a round that evaluates the final model ends the training.</summary>
    public bool FinalEvaluation { get; init; } = true;

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting.</exception>
    public void Check()
    {
        if (Contributions < 0)
        {
            throw new ArgumentException(
                $"{Contributions} contributions that close a round: 0 (all enrolled clients) or more");
        }

        (string Name, double Value)[] seconds =
            [("deadlineSeconds", DeadlineSeconds), ("openingGraceSeconds", OpeningGraceSeconds),
                ("betweenRoundsSeconds", BetweenRoundsSeconds)];
        foreach ((string name, double value) in seconds)
        {
            if (!(value is >= 0 and <= MostSeconds))
            {
                throw new ArgumentException($"{name} is {value}: 0 to {MostSeconds}");
            }
        }
    }
}
