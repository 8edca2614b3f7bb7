using System.Globalization;
using SecureFL.Cli.Progress;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Exports;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Simulation;

namespace SecureFL.Cli.Runs;

/// <summary>
/// Many rounds of federated training in one process: files in, a model, a report and transcripts out.
/// </summary>
internal sealed class SimulationRun(SimulationSettings settings)
{
    private const long LargestFloat = 1L << 24;

    /// <summary>Runs it.</summary>
    internal async Task<SimulationOutcome> RunAsync(IRunDisplay display, CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        using RunFolder folder = new(settings.Output, settings.Resume, settings.Overwrite);
        SumFactory sums = new(settings, folder);
        SimulationSites sites = new(settings);
        LoadedSites loaded = sites.Load(sums, cancellationToken);
        HeldOutRuns heldOut = new(settings, folder, sites, loaded);
        heldOut.Check();
        FederatedRun run = new(settings);
        SimulationPrepared prepared = await run.PrepareAsync(loaded, sums, cancellationToken).ConfigureAwait(false);
        (ScaledSites scaled, PreparedState state, ILocalTrainer trainer, TrainingTerms terms, TensorClips? clips) =
            prepared;
        SimulationPreparation.Tell(terms.PreparationTerms, state);
        SimulationPreparation.TellOfOneClass(loaded);
        ModelSpec? spec = terms.Model.BuiltIn;
        StoppingMetric.Check(terms.Stopping, trainer.Metrics, HasTestRows(scaled), everyRow: spec is not null,
            settings.IsValidated);
        byte[] description = TrainingDescription.Print(terms, settings.Sum);
        TrainingCheckpoint? resume = settings.Resume ? folder.ReadCheckpoint(description) : null;
        folder.WriteTraining(description);
        Announce(scaled, trainer, terms, clips, resume);
        TargetUnits units = TargetUnits.Of(state.Targets);
        display.Metrics = [.. RoundMetricInfo.ShownFor(trainer.Metrics)];

        ISecureSum sum = sums.Create("training", scaled.Sites.Count, clip: 1, terms);
        SimulationObserver observer = new(
            display, folder.WriteCheckpoint, scaled.Sites, trainer,
            curves: settings.Report is not null && spec is not null, ownTests: scaled.CommonTest is null);
        TrainingOutcome outcome = await run.TrainAsync(Title(), display, prepared, sum, observer, resume,
            cancellationToken).ConfigureAwait(false);
        SumFactory.Finish(sum, ModelStamp.Of(outcome.Checkpoint.Version, outcome.Checkpoint.Weights));
        await DivergedRun.RefuseAsync(outcome, scaled.Sites, trainer, cancellationToken).ConfigureAwait(false);
        ArrayLabels? labels = loaded.Schema is null
            ? new ArrayLabels(terms.Model.Task, terms.Model.Classes, settings.Sites.Label) : null;
        ModelBundle bundle = new()
        {
            Parameters = outcome.Model,
            Spec = spec,
            Schema = loaded.Schema,
            Scalings = scaled.Scalings,
            Labels = labels,
            Targets = state.Targets
        };
        folder.WriteModel(bundle);
        ModelResult final = await ModelScore.OfAsync(outcome, scaled, trainer, spec, units, cancellationToken)
            .ConfigureAwait(false);
        Baselines baselines = new(terms.Seed, terms.Stopping.Rounds, terms.AverageDecay, scaled, trainer, units);

        // Without test rows there is nothing to compare unless it is asked for.
        bool compareAlone = !(settings is { IsValidated: true, Baselines: BaselineChoice.Auto })
            && baselines.AreDue(settings.Baselines, spec is null ? null : terms.Training);
        bool compare = settings.Compare && !settings.Sum.IsFloat;
        return new SimulationOutcome
        {
            Settings = settings,
            Terms = terms,
            Clips = clips,
            Units = units,
            Trainer = trainer,
            Parameters = trainer.Layout.Length,
            Outcome = outcome,
            Label = loaded.Schema?.Label.Name,
            Classes = TableSchema.ClassNames(loaded.Schema, trainer.Metrics.ClassCount),
            Final = final,
            Coefficients = bundle.Scalings.Count > 1
                ? [] : CoefficientTable.Of(bundle, bundle.Scalings.GetValueOrDefault("")),
            HeldOut = settings.IsValidated ? await heldOut.RunAsync(cancellationToken).ConfigureAwait(false) : null,
            Baselines = compareAlone ? await baselines.RunAsync(cancellationToken).ConfigureAwait(false) : null,
            WeightsFile = folder.ModelPath,
            Curves = [.. observer.Curves],
            Plans = sum is EncryptedSum encrypted ? [.. encrypted.Plans] : [],
            Quantised = compare ? await CompareAsync("plaintext integers",
                sums.Reference(scaled.Sites.Count, clip: 1, terms)).ConfigureAwait(false) : null,
            Floats = settings.Compare ? await CompareAsync("plaintext floats", new PlaintextSum())
                .ConfigureAwait(false) : null,
            Transcripts = folder.Transcripts,
            Seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds,
        };

        async Task<ComparedArm> CompareAsync(string name, ISecureSum other)
        {
            SimulationObserver silent = new(display, _ => { }, scaled.Sites, trainer, curves: false, ownTests: false);
            TrainingOutcome compared = await run.TrainAsync(name, display, prepared, other, silent, null,
                cancellationToken).ConfigureAwait(false);
            return new ComparedArm(name, compared,
                await ModelScore.OfAsync(compared, scaled, trainer, spec, units, cancellationToken)
                    .ConfigureAwait(false));
        }
    }

    private static bool HasTestRows(ScaledSites scaled) => scaled.Sites.Any(site => site.Test is { Count: > 0 });

    /// <summary>
    /// The whole settled description, after the sums that it takes to find it out; nothing is trained or kept.
    /// </summary>
    internal async Task<byte[]> DescribeAsync(CancellationToken cancellationToken)
    {
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("securefl-describe-");
        try
        {
            using RunFolder folder = new(scratch.FullName);
            LoadedSites loaded = new SimulationSites(settings).Load(new SumFactory(settings, folder),
                cancellationToken);
            (_, TrainingTerms terms) = await TrainerFactory.CreateAsync(settings, loaded.Schema, loaded.Sites[0].Train,
                cancellationToken).ConfigureAwait(false);
            return TrainingDescription.Print(terms, settings.Sum);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private string Title() => settings.Suite != SumSuite.Plaintext ? "encrypted" : settings.Sum.IsFloat
        ? "plaintext floats" : "plaintext integers";

    // One number where all tensors have the same.
    private static string Clipped(TensorClips clips, ModelLayout layout)
    {
        const int Most = 8;
        if (clips.Values.Distinct().Count() == 1)
        {
            return clips.Values[0].ToString("G6", CultureInfo.InvariantCulture);
        }

        IEnumerable<string> named = layout.Tensors
            .Zip(clips.Values, (slot, clip) => string.Create(CultureInfo.InvariantCulture, $"{slot.Name} {clip:G6}"));
        return string.Join(", ", named.Take(Most))
            + (layout.Tensors.Length > Most ? $" and {layout.Tensors.Length - Most} more tensors" : "");
    }

    private void Announce(ScaledSites scaled, ILocalTrainer trainer, TrainingTerms terms, TensorClips? clips,
        TrainingCheckpoint? resume)
    {
        long rows = scaled.Sites.Sum(site => (long)site.Train.Count);
        long test = scaled.CommonTest?.Count ?? scaled.Sites.Sum(site => (long)(site.Test?.Count ?? 0));
        Talk.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{scaled.Sites.Count} sites, {rows} training rows, {test} test rows, {scaled.Sites[0].Train.Width} "
            + $"features, a model of {trainer.Layout.Length} parameters"));
        if (clips is not null)
        {
            string chosen = terms.Clips.IsEmpty
                ? " (chosen: at least twice the largest element of the first updates, a power of two)" : "";
            Talk.Line(string.Create(CultureInfo.InvariantCulture,
                $"clip {Clipped(clips, trainer.Layout)}{chosen}, {settings.Bits} bits"));
        }

        if (settings.Suite != SumSuite.Plaintext)
        {
            Talk.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{settings.Threshold} of {settings.KeyHolders} key holders open each sum, of at least "
                + $"{settings.MinClients(scaled.Sites.Count)} sites; all roles run in this process, so whoever runs "
                + $"it could open any site"));
        }

        if (settings.InsecureTwoSites)
        {
            Talk.Line(SimulationText.TwoSitesWarning);
        }

        if (resume is not null)
        {
            Talk.Line(string.Create(CultureInfo.InvariantCulture, $"going on after round {resume.Version}"));
        }

        if (rows > LargestFloat)
        {
            Talk.Line("more than 2^24 rows: weights are rounded to single precision");
        }
    }
}
