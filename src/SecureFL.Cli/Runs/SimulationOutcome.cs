using System.Collections.Immutable;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Exports;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Protocol.Plans;

namespace SecureFL.Cli.Runs;

/// <summary>
/// The delivered model on rows that one process can look at: a site's, or a test file that belongs to no site.
/// </summary>
/// <param name="Site">The site's name; that of the common test rows otherwise.</param>
/// <param name="Samples">Its training rows.</param>
/// <param name="TestSamples">Its own test rows; common ones are nobody's.</param>
/// <param name="Train">Metrics on its training rows; null for common test rows.</param>
/// <param name="Test">Metrics on its test rows, with the exact AUC; null without any.</param>
internal sealed record SiteResult(string Site, int Samples, int TestSamples, MetricSummary? Train, MetricSummary? Test);

/// <summary>A delivered model on all rows.</summary>
/// <param name="Model">The model.</param>
/// <param name="Counts">Counters of all test rows, from the last secure sum.</param>
/// <param name="Train">Metrics on all training rows, from the last secure sum.</param>
/// <param name="Test">Metrics on all test rows, from the last secure sum.</param>
/// <param name="PerSite">Each site by itself.</param>
/// <param name="CommonTest">The test rows that belong to no site; null for none.</param>
internal sealed record ModelResult(
    ModelParameters Model, EvaluationCounts Counts, MetricSummary Train, MetricSummary Test,
    ImmutableArray<SiteResult> PerSite, SiteResult? CommonTest)
{
    internal double? TrainLoss => Train.Loss;

    internal double? TestAccuracy => Test.Accuracy;
}

/// <summary>
/// One site's figures after each round, for the report: its training loss, and the task's main metric on its test rows.
/// </summary>
internal sealed record SiteCurve(string Site, List<(int Round, double Loss)> Losses,
    List<(int Round, double Value)> Values);

/// <summary>One arm of a comparison.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Outcome">Its run.</param>
/// <param name="Final">Its model.</param>
internal sealed record ComparedArm(string Name, TrainingOutcome Outcome, ModelResult Final);

/// <summary>All that a simulation found.</summary>
internal sealed record SimulationOutcome
{
    internal required SimulationSettings Settings { get; init; }

    /// <summary>The settled terms.</summary>
    internal required TrainingTerms Terms { get; init; }

    /// <summary>The clip of every tensor; null where nothing is quantised.</summary>
    internal required TensorClips? Clips { get; init; }

    internal required ILocalTrainer Trainer { get; init; }

    internal required int Parameters { get; init; }

    internal required TrainingOutcome Outcome { get; init; }

    /// <summary>The label's column; null for arrays.</summary>
    internal string? Label { get; init; }

    /// <summary>What was said beside the progress, in its order.</summary>
    internal ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Names of the classes; empty for regression.</summary>
    internal required ImmutableArray<string> Classes { get; init; }

    /// <summary>How a regression's targets were scaled.</summary>
    internal TargetUnits Units { get; init; } = TargetUnits.Same;

    /// <summary>The metrics that tables show beside the training loss.</summary>
    internal IReadOnlyList<RoundMetricInfo> Shown =>
        [.. RoundMetricInfo.ShownFor(Trainer.Metrics).Where(info => info.Metric != RoundMetric.TrainLoss)];

    internal required ModelResult Final { get; init; }

    /// <summary>The coefficients of a model that has some, under a scaling that all sites share; else empty.</summary>
    internal ImmutableArray<Coefficient> Coefficients { get; init; } = [];

    /// <summary>What the model is to be compared with; null where that was not done.</summary>
    internal BaselineResults? Baselines { get; init; }

    /// <summary>Figures on rows held out by runs of their own; null where that was not asked for.</summary>
    internal HeldOutResults? HeldOut { get; init; }

    internal required string WeightsFile { get; init; }

    internal required double Seconds { get; init; }

    internal ImmutableArray<SiteCurve> Curves { get; init; } = [];

    internal ImmutableArray<AggregationPlan> Plans { get; init; } = [];

    /// <summary>The same run on the integers in the clear; null when it was not asked for.</summary>
    internal ComparedArm? Quantised { get; init; }

    /// <summary>The same run on floats in the clear; null when it was not asked for.</summary>
    internal ComparedArm? Floats { get; init; }

    /// <summary>Transcripts, each with the folder of its ciphertexts.</summary>
    internal IReadOnlyList<(string Transcript, string Ciphertexts)> Transcripts { get; init; } = [];

    /// <summary>Whether every sum that was compared is exact; null when none was.</summary>
    internal bool? SumIsExact => HeldOut?.All.Any(run => run.SumIsExact == false) == true ? false
        : IsExact(Outcome.History);

    /// <summary>The same of some rounds.</summary>
    internal static bool? IsExact(IReadOnlyList<RoundRecord> rounds) =>
        rounds.Any(round => round.SumIsExact is not null) ? rounds.All(round => round.SumIsExact != false) : null;

    /// <summary>
    /// Whether the integers in the clear gave the same weights, bit for bit; null without comparison.
    /// </summary>
    internal bool? WeightsEqual =>
        Quantised is null ? null : Quantised.Outcome.Model.Values.AsSpan().SequenceEqual(Outcome.Model.Values);
}
