using SecureFL.Cli.Progress;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>
/// The two parts of a whole federated run on loaded rows: the sums before the first round, and the rounds.
/// </summary>
internal sealed class FederatedRun(SimulationSettings settings)
{
    /// <summary>Scaling, clips and what else is summed before the first round.</summary>
    internal async Task<SimulationPrepared> PrepareAsync(LoadedSites loaded, SumFactory sums,
        CancellationToken cancellationToken)
    {
        if (settings.Sites.Sites == 0)
        {
            FewSitesRule.Check([.. loaded.Sites.Select(site => (site.Name, site.Train))], loaded.Schema);
        }

        ISecureSum sum = sums.Create("preparation", loaded.Sites.Count, clip: 1);
        SimulationPrepared prepared = await SimulationPreparation.RunAsync(settings, loaded, sum, cancellationToken)
            .ConfigureAwait(false);
        SumFactory.Finish(sum, null);
        return prepared;
    }

    /// <summary>The rounds, by <paramref name="sum"/>.</summary>
    internal async Task<TrainingOutcome> TrainAsync(
        string title,
        IRunDisplay display,
        SimulationPrepared prepared,
        ISecureSum sum,
        SimulationObserver observer,
        TrainingCheckpoint? resume,
        CancellationToken cancellationToken)
    {
        (ScaledSites scaled, PreparedState state, ILocalTrainer trainer, TrainingTerms terms, TensorClips? clips) =
            prepared;
        ConstantTiming? timing = Timing(scaled.Sites, terms);
        FederationOptions options = terms.FederationOptionsFor(settings.MinClients(scaled.Sites.Count), state) with
        {
            Identity = terms.Identity.ToString(),
            Timing = timing,
            DeadlineSeconds = timing is not null && terms.Asynchronous is null && terms.Rounds.DeadlineSeconds > 0
                ? terms.Rounds.DeadlineSeconds : null,
            Parallelism = settings.Parallelism,
            OnTrainerFault = settings.OnTrainerFault,
            Clock = TimeProvider.System,
            Clips = clips,
        };
        TrainingOutcome? outcome = null;
        await display.RunAsync(title, options.Stopping.Rounds, async () =>
        {
            outcome = terms.Asynchronous is BufferOptions buffer
                ? await new BufferedAggregation(options, buffer, scaled.Sites, trainer, sum).RunAsync(resume, observer,
                    cancellationToken).ConfigureAwait(false)
                : await new FederatedAveraging(options, scaled.Sites, trainer, sum).RunAsync(resume, observer,
                    cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return outcome!;
    }

    /// <summary>
    /// The simulated clock: declared, or, where asynchronous rounds need one, seconds in proportion to a site's rows.
    /// </summary>
    private ConstantTiming? Timing(IReadOnlyList<FederatedSite> sites, TrainingTerms terms)
    {
        if (!settings.SiteSeconds.IsEmpty)
        {
            return settings.SiteSeconds.Length == sites.Count
                ? new ConstantTiming(settings.SiteSeconds)
                : throw new CliException(ExitCode.Usage,
                    $"--site-seconds has {settings.SiteSeconds.Length} numbers for {sites.Count} sites",
                    "give one number a site, in the order of the sites");
        }

        double mean = sites.Average(site => (double)site.Train.Count);
        return terms.Asynchronous is null ? null
            : new ConstantTiming([.. sites.Select(site => site.Train.Count / mean)]);
    }
}
