using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>A run whose model must not be delivered.</summary>
internal static class DivergedRun
{
    /// <summary>
    /// Ends a run that diverged with the round and the site whose rows the model fits worst, which only a simulation
    /// can look for.
    /// </summary>
    /// <exception cref="TrainingDivergedException">The run diverged.</exception>
    internal static async Task RefuseAsync(
        TrainingOutcome outcome, IReadOnlyList<FederatedSite> sites, ILocalTrainer trainer,
        CancellationToken cancellationToken)
    {
        if (outcome.Stopped != StopReason.Diverged
            || Divergence.Find(outcome.History, ended: true) is not (int round, string reason))
        {
            return;
        }

        (string Site, double Loss) worst = ("", double.NegativeInfinity);
        foreach (FederatedSite site in sites)
        {
            EvaluationCounts counts = await trainer.EvaluateAsync(outcome.Model, site.Train, cancellationToken)
                .ConfigureAwait(false);
            double loss = counts.IsDiverged ? double.PositiveInfinity : counts.MeanLoss ?? 0;
            worst = loss > worst.Loss ? (site.Name, loss) : worst;
        }

        throw new TrainingDivergedException(worst.Site, round, reason);
    }
}
