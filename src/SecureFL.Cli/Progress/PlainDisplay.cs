using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Progress;

/// <summary>One line for some rounds: the first, the last, and about twenty between.</summary>
internal sealed class PlainDisplay : IRunDisplay
{
    private string _title = "";
    private int _rounds;
    private int _every = 1;

    public IReadOnlyList<RoundMetricInfo> Metrics { get; set; } = [];

    public Task RunAsync(string title, int rounds, Func<Task> body)
    {
        _title = title;
        _rounds = rounds;
        _every = Math.Max(1, rounds / 20);
        return body();
    }

    public void Summed(int round)
    {
    }

    public void Done(RoundRecord record)
    {
        if (record.Round != 1 && record.Round % _every != 0 && record.Round != _rounds)
        {
            return;
        }

        double opening = record.Costs.SecondsEncrypt + record.Costs.SecondsAggregate + record.Costs.SecondsOpen;
        Talk.Progress(string.Create(
            CultureInfo.InvariantCulture,
            $"{_title} round {record.Round}/{_rounds}: {RoundText.Metrics(record, Metrics)}, "
            + $"{record.Contributors.Length} sites, sum {RoundText.Exact(record)}, trained "
            + $"{RoundText.Seconds(record.SecondsTrain)}, summed {RoundText.Seconds(opening)}"));
    }
}
