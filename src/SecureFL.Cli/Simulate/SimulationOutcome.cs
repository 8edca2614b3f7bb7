using System.Collections.Immutable;
using SecureFL.Aggregation;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary>The delivered model at one site.</summary>
/// <param name="Site">The site.</param>
/// <param name="Samples">Its training rows.</param>
/// <param name="TestSamples">The rows it was tested on: its own, or the common test rows.</param>
/// <param name="TestAccuracy">Share of them that were right; null without test rows and for regression.</param>
/// <param name="TestAuc">The exact AUC on them; null where there is none.</param>
internal sealed record SiteResult(string Site, int Samples, int TestSamples, double? TestAccuracy, double? TestAuc);

/// <summary>A delivered model on all rows.</summary>
internal sealed record ModelResult(ModelParameters Model, double? TrainLoss, double? TestAccuracy, double? TestLoss, ImmutableArray<SiteResult> PerSite);

/// <summary>One site's figures after each round, for the report.</summary>
internal sealed record SiteCurve(string Site, List<(int Round, double Loss)> Losses, List<(int Round, double Accuracy)> Accuracies);

/// <summary>One arm of a comparison.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Outcome">Its run.</param>
/// <param name="Final">Its model.</param>
internal sealed record ComparedArm(string Name, TrainingOutcome Outcome, ModelResult Final);

/// <summary>All that a simulation found.</summary>
internal sealed record SimulationOutcome
{
    internal required SimulationSettings Settings { get; init; }

    internal required float Clip { get; init; }

    internal required ILocalTrainer Trainer { get; init; }

    internal required int Parameters { get; init; }

    internal required TrainingOutcome Outcome { get; init; }

    internal required ModelResult Final { get; init; }

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
    internal bool? SumIsExact => Outcome.History.Any(round => round.SumIsExact is not null) ? Outcome.History.All(round => round.SumIsExact != false) : null;

    /// <summary>Whether the integers in the clear gave the same weights, bit for bit; null without comparison.</summary>
    internal bool? WeightsEqual => Quantised is null ? null : Quantised.Outcome.Model.Values.AsSpan().SequenceEqual(Outcome.Model.Values);
}
