namespace SecureFL.Federated.Data;

/// <summary>
/// Numbers ready for training: a row-major matrix of <see cref="Count"/> by <see cref="Width"/> features and one label a row (a class index, or a
/// real target). A feature may be NaN for "missing" until a <see cref="FeatureScaling"/> has been applied. Immutable by convention.
/// </summary>
public sealed class Dataset
{
    /// <summary>Wraps the given arrays.</summary>
    /// <param name="features">Row-major, <c>labels.Length * width</c> values.</param>
    /// <param name="labels">Class indexes 0 .. classCount-1, or finite real targets.</param>
    /// <param name="width">Features a row, at least 1.</param>
    /// <param name="task">The task the labels are for.</param>
    /// <param name="classCount">2 for binary, at least 2 for multi-class, 0 for regression.</param>
    /// <exception cref="ArgumentException">Lengths that do not fit, or a label out of range.</exception>
    public Dataset(float[] features, float[] labels, int width, LearningTask task, int classCount)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (features.LongLength != (long)labels.Length * width)
        {
            throw new ArgumentException($"{features.LongLength} features for {labels.Length} rows of {width}", nameof(features));
        }

        bool classesFit = task switch
        {
            LearningTask.Binary => classCount == 2,
            LearningTask.MultiClass => classCount >= 2,
            _ => classCount == 0,
        };
        if (!classesFit)
        {
            throw new ArgumentException($"{classCount} classes do not fit a {task} task", nameof(classCount));
        }

        for (int i = 0; i < labels.Length; i++)
        {
            float label = labels[i];
            bool valid = task == LearningTask.Regression
                ? float.IsFinite(label)
                : label >= 0 && label < classCount && label == MathF.Floor(label);
            if (!valid)
            {
                throw new ArgumentException($"label {label} of row {i} does not fit a {task} task of {classCount} classes", nameof(labels));
            }
        }

        Features = features;
        Labels = labels;
        Width = width;
        Task = task;
        ClassCount = classCount;
    }

    /// <summary>The features, row-major.</summary>
    public float[] Features { get; }

    /// <summary>One label a row.</summary>
    public float[] Labels { get; }

    /// <summary>Rows.</summary>
    public int Count => Labels.Length;

    /// <summary>Features a row.</summary>
    public int Width { get; }

    /// <summary>The task of the labels.</summary>
    public LearningTask Task { get; }

    /// <summary>Classes, 0 for regression.</summary>
    public int ClassCount { get; }

    /// <summary>The features of one row.</summary>
    public ReadOnlySpan<float> Row(int index) => Features.AsSpan(index * Width, Width);

    /// <summary>The given rows, in the given order, copied.</summary>
    public Dataset Select(ReadOnlySpan<int> rows)
    {
        float[] features = new float[checked(rows.Length * Width)];
        float[] labels = new float[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            Row(rows[i]).CopyTo(features.AsSpan(i * Width));
            labels[i] = Labels[rows[i]];
        }

        return new Dataset(features, labels, Width, Task, ClassCount);
    }

    /// <summary>The rows of several data sets of one shape, one after another.</summary>
    /// <exception cref="ArgumentException">No part, or parts of different shapes.</exception>
    public static Dataset Concatenate(IReadOnlyList<Dataset> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
        {
            throw new ArgumentException("nothing to concatenate", nameof(parts));
        }

        Dataset first = parts[0];
        foreach (Dataset part in parts)
        {
            if (part.Width != first.Width || part.Task != first.Task || part.ClassCount != first.ClassCount)
            {
                throw new ArgumentException("the parts have different widths or tasks", nameof(parts));
            }
        }

        return new Dataset(
            [.. parts.SelectMany(part => part.Features)],
            [.. parts.SelectMany(part => part.Labels)],
            first.Width,
            first.Task,
            first.ClassCount);
    }

    /// <summary>Rows of each class (empty for regression): what a site contributes to federated class weights.</summary>
    public long[] CountClasses()
    {
        long[] counts = new long[ClassCount];
        if (Task != LearningTask.Regression)
        {
            foreach (float label in Labels)
            {
                counts[(int)label]++;
            }
        }

        return counts;
    }
}
