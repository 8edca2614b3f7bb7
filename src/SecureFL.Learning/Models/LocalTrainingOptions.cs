using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SecureFL.Learning.Settings;

namespace SecureFL.Learning.Models;

/// <summary>How a site trains between two aggregations.</summary>
public sealed record LocalTrainingOptions
{
    /// <summary>The optimiser; its moments start anew every round, so that a site keeps no state.</summary>
    public LocalOptimizerOptions Optimizer { get; init; } = new();

    /// <summary>The factor on the learning rate, by round.</summary>
    public RateSchedule Schedule { get; init; } = new();

    /// <summary>Rows a batch; 0 for all.</summary>
    [Within(0)]
    public int BatchSize { get; init; } = 32;

    /// <summary>Optimiser steps a round; 0 to count <see cref="Epochs"/> instead.</summary>
    [Within(0)]
    public int Steps { get; init; }

    /// <summary>Passes over the rows a round where <see cref="Steps"/> is 0.</summary>
    [Within(0)]
    public int Epochs { get; init; } = 1;

    /// <summary>mu of FedProx (Li et al. 2020): the objective gains mu/2 |w - w_global|^2. 0 for FedAvg.</summary>
    [Within(0)]
    public float ProximalMu { get; init; }

    /// <summary>
    /// The objective gains L2/2 |weights|^2, biases left out. Null for one over all sites' training rows where the
    /// optimiser is
    /// <see cref="LocalOptimizerKind.Preconditioned"/> (what scikit-learn's logistic regression has by default, C = 1),
    /// and none otherwise.
    /// </summary>
    [Within(0)]
    public float? L2 { get; init; }

    /// <summary>
    /// One step of <see cref="LocalOptimizerKind.Preconditioned"/> on all rows, at the full rate in every round, in the
    /// place of <see cref="Steps"/> and <see cref="Schedule"/>, where second moments were summed: for squared error in
    /// rounds of all sites' rows, where the mean of these steps is Newton's.
    /// </summary>
    public bool Newton { get; init; }

    /// <summary>A factor for the loss of each class, or empty. See <see cref="ClassBalance"/>.</summary>
    [JsonIgnore]
    public ImmutableArray<float> ClassWeights { get; init; } = [];

    /// <summary>
    /// Second moments of all sites' rows, which <see cref="LocalOptimizerKind.Preconditioned"/> needs before it trains;
    /// null until they are known.
    /// </summary>
    [JsonIgnore]
    public SecondMoments? SecondMoments { get; init; }

    /// <summary>All sites' training rows; 0 where nobody counted them.</summary>
    [JsonIgnore]
    public long AllRows { get; init; }

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting.</exception>
    public void Check(int classCount)
    {
        WithinAttribute.Check(this);
        if (Steps == 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Epochs);
        }

        if (Newton && (Optimizer.Kind != LocalOptimizerKind.Preconditioned || classCount != 0))
        {
            throw new ArgumentException(
                "Newton's step is for regressions of numbers with the optimiser preconditioned");
        }

        Optimizer.Check();
        Schedule.Check();

        if (ClassWeights.Length != 0 && (ClassWeights.Length != classCount
            || ClassWeights.Any(weight => !(weight >= 0))))
        {
            throw new ArgumentException(
                $"{ClassWeights.Length} class weights for {classCount} classes, each must be at least 0");
        }
    }
}

/// <summary>Class weights from counts that a secure sum supplied.</summary>
public static class ClassBalance
{
    /// <summary>
    /// The weights called "balanced": total / (classes with rows * rows of the class), so that every class carries the
    /// same sum and the mean weight over all rows is 1. A class without rows gets 0.
    /// </summary>
    public static ImmutableArray<float> Balanced(ReadOnlySpan<long> counts)
    {
        double total = 0;
        int present = 0;
        foreach (long count in counts)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(counts));
            total += count;
            present += count > 0 ? 1 : 0;
        }

        float[] weights = new float[counts.Length];
        for (int c = 0; c < counts.Length; c++)
        {
            weights[c] = counts[c] == 0 ? 0 : (float)(total / ((double)present * counts[c]));
        }

        return [.. weights];
    }
}
