using SecureFL.Learning.Data.Scaling;

namespace SecureFL.Learning.Data.Datasets;

/// <summary>
/// Numbers ready for training, in single precision: scaled, nothing missing. Made of a <see cref="RawDataset"/> by a
/// <see cref="FeatureScaling"/>. Immutable by convention.
/// </summary>
public sealed class Dataset : DataRows<float>
{
    /// <summary>Wraps the given arrays.</summary>
    /// <param name="features">Row-major, <c>labels.Length * width</c> values.</param>
    /// <param name="labels">Class indexes 0 .. classCount-1, or finite real targets.</param>
    /// <param name="width">Features a row, at least 1.</param>
    /// <param name="task">The task the labels are for.</param>
    /// <param name="classCount">2 for binary, at least 2 for multi-class, 0 for regression.</param>
    /// <exception cref="ArgumentException">Lengths that do not fit, or a label out of range.</exception>
    public Dataset(float[] features, float[] labels, int width, LearningTask task, int classCount)
        : base(features, labels, width, task, classCount)
    {
    }

    /// <summary>The given rows, in the given order, copied.</summary>
    public Dataset Select(ReadOnlySpan<int> rows)
    {
        (float[] features, float[] labels) = Copy(rows);
        return new Dataset(features, labels, Width, Task, ClassCount);
    }

    /// <summary>The rows of several data sets of one shape, one after another.</summary>
    /// <exception cref="ArgumentException">No part, or parts of different shapes.</exception>
    public static Dataset Concatenate(IReadOnlyList<Dataset> parts)
    {
        (float[] features, float[] labels) = Join(parts);
        return new Dataset(features, labels, parts[0].Width, parts[0].Task, parts[0].ClassCount);
    }
}
