using SecureFL.Cli.Progress;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>Stores each checkpoint, shows progress, and gathers each site's figures for the report.</summary>
internal sealed class SimulationObserver(
    IRunDisplay display, Action<TrainingCheckpoint> store, IReadOnlyList<FederatedSite> sites, ILocalTrainer trainer,
    bool curves,
    bool ownTests) : IRunObserver
{
    /// <summary>One curve a site; empty when they are not gathered.</summary>
    internal IReadOnlyList<SiteCurve> Curves { get; } = curves
        ? [.. sites.Select(site => new SiteCurve(site.Name, [], []))] : [];

    public async ValueTask OnCheckpointAsync(TrainingCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        store(checkpoint);
        display.Summed(checkpoint.Version);
        ModelParameters model = new(trainer.Layout,
            checkpoint.Average.Length > 0 ? checkpoint.Average : checkpoint.Weights);
        for (int i = 0; i < Curves.Count; i++)
        {
            EvaluationCounts train = await trainer.EvaluateAsync(model, sites[i].Train, cancellationToken)
                .ConfigureAwait(false);
            if (train.MeanLoss is double loss)
            {
                Curves[i].Losses.Add((checkpoint.Version, loss));
            }

            if (ownTests && sites[i].Test is not null
                && MainOf(await trainer.EvaluateAsync(model, sites[i].Test!, cancellationToken).ConfigureAwait(false))
                is double value)
            {
                Curves[i].Values.Add((checkpoint.Version, value));
            }
        }
    }

    public void OnTrainerFault(TrainerFaultException fault) => Tell(fault, "the round goes on without it");

    /// <summary>Says what failed at a site, and what follows.</summary>
    internal static void Tell(TrainerFaultException fault, string follows)
    {
        Talk.Line($"{fault.Message}: {follows}");
        foreach (string line in fault.LastLines)
        {
            Talk.Line($"  | {line}");
        }
    }

    public ValueTask OnRoundAsync(RoundRecord record, CancellationToken cancellationToken)
    {
        display.Done(record);
        return ValueTask.CompletedTask;
    }

    private static double? MainOf(EvaluationCounts counts) =>
        RoundMetricInfo.Of(RoundMetricInfo.MainOf(counts.Layout.Task))
        .Read(null, MetricSummary.Of(counts, TargetUnits.Same));
}
