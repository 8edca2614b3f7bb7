using SecureFL.Learning.Data.Scaling;

namespace SecureFL.Learning.Data.Datasets;

/// <summary>
/// Rows as they were read, in double precision: epoch seconds and incomes keep their digits until a
/// <see cref="FeatureScaling"/> has brought them to a common range. A feature that is missing is NaN. Immutable by
/// convention.
/// </summary>
public sealed class RawDataset : DataRows<double>
{
    /// <summary>Wraps the given arrays.</summary>
    /// <param name="features">Row-major, <c>labels.Length * width</c> values; NaN for missing.</param>
    /// <param name="labels">Class indexes 0 .. classCount-1, or finite real targets.</param>
    /// <param name="width">Features a row, at least 1.</param>
    /// <param name="task">The task the labels are for.</param>
    /// <param name="classCount">2 for binary, at least 2 for multi-class, 0 for regression.</param>
    /// <exception cref="ArgumentException">Lengths that do not fit, or a label out of range.</exception>
    public RawDataset(double[] features, double[] labels, int width, LearningTask task, int classCount)
        : base(features, labels, width, task, classCount)
    {
    }

    /// <summary>Whether a feature of any row is missing.</summary>
    public bool HasMissing => Array.Exists(Features, double.IsNaN);

    /// <summary>The given rows, in the given order, copied.</summary>
    public RawDataset Select(ReadOnlySpan<int> rows)
    {
        (double[] features, double[] labels) = Copy(rows);
        return new RawDataset(features, labels, Width, Task, ClassCount);
    }

    /// <summary>The rows of several data sets of one shape, one after another.</summary>
    /// <exception cref="ArgumentException">No part, or parts of different shapes.</exception>
    public static RawDataset Concatenate(IReadOnlyList<RawDataset> parts)
    {
        (double[] features, double[] labels) = Join(parts);
        return new RawDataset(features, labels, parts[0].Width, parts[0].Task, parts[0].ClassCount);
    }

    /// <summary>The same numbers in single precision, features not scaled.</summary>
    /// <param name="targets">How targets are scaled; null not to.</param>
    public Dataset ToDataset(TargetScaling? targets = null) => new(
        Array.ConvertAll(Features, value => (float)value), ScaledLabels(targets), Width, Task, ClassCount);

    internal float[] ScaledLabels(TargetScaling? targets) => targets is null || Task != LearningTask.Regression
        ? Array.ConvertAll(Labels, label => (float)label)
        : Array.ConvertAll(Labels, label => (float)targets.Scale(label));
}
