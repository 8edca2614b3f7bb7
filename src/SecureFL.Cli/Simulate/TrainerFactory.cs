using System.Collections.Immutable;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Cli.Trainers;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary>The trainer that the user chose, and its model's architecture where it is a built-in one.</summary>
internal static class TrainerFactory
{
    internal static async Task<(ILocalTrainer Trainer, ModelSpec? Spec)> CreateAsync(
        SimulationSettings settings, ScaledSites scaled, ISecureSum preparation, CancellationToken cancellationToken)
    {
        Dataset first = scaled.Sites[0].Train;
        if (settings.TrainerCommand is string command)
        {
            return (await ExternalTrainer.StartAsync(command, first, settings.Federation.Seed, cancellationToken).ConfigureAwait(false), null);
        }

        ImmutableArray<float> weights = [];
        if (settings.BalancedClasses)
        {
            long[] counts = await FederatedPreparation.SumClassCountsAsync(preparation, scaled.Sites, settings.Federation.Seed, cancellationToken).ConfigureAwait(false);
            weights = ClassBalance.Balanced(counts);
        }

        ModelSpec spec = SpecFor(settings, first);
        return (new GradientTrainer(spec, settings.Training with { ClassWeights = weights }), spec);
    }

    private static ModelSpec SpecFor(SimulationSettings settings, Dataset data)
    {
        LearningTask? needed = settings.Model switch
        {
            ModelKind.Linear => LearningTask.Regression,
            ModelKind.Logistic => LearningTask.Binary,
            ModelKind.Softmax => LearningTask.MultiClass,
            _ => null,
        };
        if (needed is not null && needed != data.Task)
        {
            string label = data.Task == LearningTask.Regression ? "real numbers" : $"{data.ClassCount} classes";
            string fitting = data.Task switch { LearningTask.Regression => "linear", LearningTask.Binary => "logistic", _ => "softmax" };
            throw new CliException(
                ExitCode.Usage, $"--model {settings.Model.ToString().ToLowerInvariant()} does not fit a label of {label}", $"use --model {fitting} or --model mlp");
        }

        ImmutableArray<int> hidden = settings.Model == ModelKind.Mlp ? settings.Hidden.IsEmpty ? [64] : settings.Hidden : [];
        return ModelSpec.For(data, hidden.AsSpan());
    }
}
