using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Progress;

/// <summary>Shows nothing: of a run that is one of many, a line at its end is enough.</summary>
internal sealed class SilentDisplay : IRunDisplay
{
    public IReadOnlyList<RoundMetricInfo> Metrics { get; set; } = [];

    public Task RunAsync(string title, int rounds, Func<Task> body) => body();

    public void Summed(int round)
    {
    }

    public void Done(RoundRecord record)
    {
    }
}
