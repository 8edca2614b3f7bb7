using System.Collections.Immutable;
using SecureFL.Cli.Progress;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>
/// Cross-validation over every site's rows, and runs without one site each. Every run is a whole one, preparation
/// included, by the same sums and with the same protection as the one whose model is delivered.
/// </summary>
internal sealed class HeldOutRuns(SimulationSettings settings, RunFolder folder, SimulationSites sites,
    LoadedSites loaded)
{
    /// <summary>
    /// Refuses folds that a site has too few rows for, and sites to leave out without which one site alone has values
    /// of a column.
    /// </summary>
    /// <exception cref="CliException">Names the site.</exception>
    /// <exception cref="DataFormatException">Names the site and the column.</exception>
    internal void Check()
    {
        foreach (LoadedSite site in loaded.Sites.Where(site => site.Train.Count < settings.CrossValidate))
        {
            throw new CliException(
                ExitCode.Usage,
                $"--cross-validate {settings.CrossValidate}: site {site.Name} has {site.Train.Count} rows, less "
                + $"than one for each fold", "fewer folds");
        }

        // Here, before hours of training, although every run looks again.
        for (int i = 0; settings.LeaveOneSiteOut && settings.Sites.Sites == 0 && i < loaded.Sites.Count; i++)
        {
            FewSitesRule.Check(
                [.. loaded.Sites.Where((_, other) => other != i).Select(site => (site.Name, site.Train))],
                loaded.Schema, $"without {loaded.Sites[i].Name}, ");
        }
    }

    internal async Task<HeldOutResults> RunAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<HeldOutRun>.Builder folds = ImmutableArray.CreateBuilder<HeldOutRun>();
        int[][] foldOf = settings.CrossValidate == 0
            ? []
            : [
                .. loaded.Sites
                    .Select(
                        (site, i) => TrainTestSplit.FoldOfRows(site.Train, settings.CrossValidate, settings.Seed, i))];
        for (int fold = 0; fold < settings.CrossValidate; fold++)
        {
            LoadedSites part = loaded with
            { Sites = [.. loaded.Sites.Select((site, i) => Part(site, foldOf[i], fold))] };
            string number = FormattableString.Invariant($"{fold + 1}");
            folds.Add(await RunAsync(
                settings, number, $"fold {number} of {settings.CrossValidate}",
                new SumFactory(settings, folder, $"fold-{number}-"), _ => part, cancellationToken)
                .ConfigureAwait(false));
        }

        ImmutableArray<HeldOutRun>.Builder leftOut = ImmutableArray.CreateBuilder<HeldOutRun>();
        for (int i = 0; settings.LeaveOneSiteOut && i < loaded.Sites.Count; i++)
        {
            int site = i;
            string name = loaded.Sites[site].Name;
            SimulationSettings others = settings.SiteSeconds.IsEmpty ? settings
                : settings with { SiteSeconds = settings.SiteSeconds.RemoveAt(site) };
            leftOut.Add(await RunAsync(
                others, name, $"without {name}",
                new SumFactory(others, folder, FormattableString.Invariant($"without-site-{site + 1}-")),
                sums => sites.Without(loaded, site, sums, cancellationToken), cancellationToken).ConfigureAwait(false));
        }

        return new HeldOutResults(folds.ToImmutable(), leftOut.ToImmutable());
    }

    private static LoadedSite Part(LoadedSite site, int[] foldOf, int fold) => site with
    {
        Train = site.Train.Select([.. Enumerable.Range(0, foldOf.Length).Where(row => foldOf[row] != fold)]),
        Test = site.Train.Select([.. Enumerable.Range(0, foldOf.Length).Where(row => foldOf[row] == fold)]),
    };

    private static async Task<HeldOutRun> RunAsync(
        SimulationSettings settings, string name, string title, SumFactory sums, Func<SumFactory, LoadedSites> load,
        CancellationToken cancellationToken)
    {
        Talk.Progress($"{title}: a run of its own");
        FederatedRun run = new(settings);
        LoadedSites rows = load(sums);
        HeldOutRun result = new(
            name, rows.Sites.Count, rows.Sites.Sum(site => (long)site.Train.Count),
            rows.CommonTest?.Count ?? rows.Sites.Sum(site => (long)(site.Test?.Count ?? 0)),
            0, StopReason.Diverged, null, null, null);
        SimulationPrepared prepared;
        try
        {
            prepared = await run.PrepareAsync(rows, sums, cancellationToken).ConfigureAwait(false);
        }
        catch (TrainingDivergedException diverged)
        {
            return result with
            { Diverged = $"the first update, from which clips are found, diverged at {diverged.Site}" };
        }

        ISecureSum sum = sums.Create("training", rows.Sites.Count, clip: 1, prepared.Terms);
        SilentDisplay display = new();
        SimulationObserver observer = new(display, _ => { }, prepared.Scaled.Sites, prepared.Trainer, curves: false,
            ownTests: false);
        try
        {
            TrainingOutcome outcome = await run.TrainAsync(title, display, prepared, sum, observer, null,
                cancellationToken).ConfigureAwait(false);
            SumFactory.Finish(sum, ModelStamp.Of(outcome.Checkpoint.Version, outcome.Checkpoint.Weights));
            result = result with
            {
                Rounds = outcome.History.Length,
                Stopped = outcome.Stopped,
                Test = outcome.Stopped == StopReason.Diverged ? null
                    : MetricSummary.Of(outcome.Test, TargetUnits.Of(prepared.State.Targets)),
                SumIsExact = SimulationOutcome.IsExact(outcome.History),
                Diverged = outcome.Stopped == StopReason.Diverged
                    ? FormattableString.Invariant($"training diverged in round {outcome.History.Length}") : null,
            };
        }
        catch (TrainingDivergedException diverged)
        {
            (sum as IDisposable)?.Dispose();
            result = result with
            {
                Rounds = diverged.Round,
                Diverged = FormattableString.Invariant($"training diverged in round {diverged.Round}")
            };
        }

        IReadOnlyList<RoundMetricInfo> shown = HeldOutText.Shown(prepared.Trainer.Metrics);
        Talk.Progress(
            $"{title}: {result.Diverged ?? string.Join(", ", shown.Select(metric => $"{metric.Label} {metric.Format(metric.Read(null, result.Test))}"))}");
        return result;
    }
}
