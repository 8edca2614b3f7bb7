using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Progress;

/// <summary>Shows a run's progress to people, on standard error.</summary>
internal interface IRunDisplay
{
    /// <summary>The metrics that it shows.</summary>
    IReadOnlyList<RoundMetricInfo> Metrics { get; set; }

    /// <summary>Runs <paramref name="body"/> while the display is up.</summary>
    Task RunAsync(string title, int rounds, Func<Task> body);

    /// <summary>A round is summed; its metrics are not known yet.</summary>
    void Summed(int round);

    /// <summary>The metrics of a round are known.</summary>
    void Done(RoundRecord record);
}

/// <summary>Makes the display that fits the terminal.</summary>
internal static class RunDisplay
{
    internal static IRunDisplay Create() => Console.IsErrorRedirected ? new PlainDisplay() : new LiveTableDisplay();
}
