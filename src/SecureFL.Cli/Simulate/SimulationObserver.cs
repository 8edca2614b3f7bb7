using SecureFL.Cli.Progress;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary>Stores each checkpoint, shows progress, and gathers each site's figures for the report.</summary>
internal sealed class SimulationObserver(
    IRunDisplay display, Action<TrainingCheckpoint> store, IReadOnlyList<FederatedSite> sites, ILocalTrainer trainer, bool curves) : IRunObserver
{
    /// <summary>One curve a site; empty when they are not gathered.</summary>
    internal IReadOnlyList<SiteCurve> Curves { get; } = curves ? [.. sites.Select(site => new SiteCurve(site.Name, [], []))] : [];

    public async ValueTask OnCheckpointAsync(TrainingCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        store(checkpoint);
        display.Summed(checkpoint.Version);
        ModelParameters model = new(trainer.Layout, checkpoint.Average.Length > 0 ? checkpoint.Average : checkpoint.Weights);
        for (int i = 0; i < Curves.Count; i++)
        {
            EvaluationCounts train = await trainer.EvaluateAsync(model, sites[i].Train, cancellationToken).ConfigureAwait(false);
            Curves[i].Losses.Add((checkpoint.Version, train.MeanLoss ?? 0));
            if (sites[i].Test is not null && (await trainer.EvaluateAsync(model, sites[i].Test!, cancellationToken).ConfigureAwait(false)).Accuracy is double accuracy)
            {
                Curves[i].Accuracies.Add((checkpoint.Version, accuracy));
            }
        }
    }

    public ValueTask OnRoundAsync(RoundRecord record, CancellationToken cancellationToken)
    {
        display.Done(record);
        return ValueTask.CompletedTask;
    }
}
