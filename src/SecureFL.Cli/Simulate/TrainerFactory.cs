using System.Collections.Immutable;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Trainers;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;

namespace SecureFL.Cli.Simulate;

/// <summary>The trainer that the user chose, and its model's architecture where it is a built-in one.</summary>
internal static class TrainerFactory
{
    internal static async Task<(ILocalTrainer Trainer, ModelSpec? Spec)> CreateAsync(
        SimulationSettings settings, RawDataset first, ImmutableArray<float> classWeights, CancellationToken cancellationToken)
    {
        if (settings.TrainerCommand is string command)
        {
            Dataset shape = new([], [], first.Width, first.Task, first.ClassCount);
            return (await ExternalTrainer.StartAsync(command, shape, settings.Federation.Seed, settings.TrainerLimit, cancellationToken).ConfigureAwait(false), null);
        }

        ModelSpec spec = SpecFor(settings.Model, settings.Hidden, first.Task, first.Width, first.ClassCount);
        return (new GradientTrainer(spec, settings.Training with { ClassWeights = classWeights }), spec);
    }

    /// <summary>The architecture that a kind of model means for a task.</summary>
    /// <exception cref="CliException">The kind does not fit the task.</exception>
    internal static ModelSpec SpecFor(ModelKind kind, ImmutableArray<int> hidden, LearningTask task, int inputs, int classes)
    {
        LearningTask? needed = kind switch
        {
            ModelKind.Linear => LearningTask.Regression,
            ModelKind.Logistic => LearningTask.Binary,
            ModelKind.Softmax => LearningTask.MultiClass,
            _ => null,
        };
        if (needed is not null && needed != task)
        {
            string label = task == LearningTask.Regression ? "real numbers" : $"{classes} classes";
            string fitting = task switch { LearningTask.Regression => "linear", LearningTask.Binary => "logistic", _ => "softmax" };
            throw new CliException(ExitCode.Usage, $"--model {kind.ToString().ToLowerInvariant()} does not fit a label of {label}", $"use --model {fitting} or --model mlp");
        }

        return new ModelSpec
        {
            Task = task,
            Inputs = inputs,
            Outputs = task == LearningTask.MultiClass ? classes : 1,
            Hidden = kind == ModelKind.Mlp ? hidden.IsEmpty ? [64] : hidden : [],
        };
    }
}
