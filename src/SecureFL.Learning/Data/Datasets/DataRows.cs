using System.Numerics;

namespace SecureFL.Learning.Data.Datasets;

/// <summary>
/// A row-major matrix of <see cref="Count"/> by <see cref="Width"/> features and one label a row (a class index, or a
/// real target). Two kinds:
/// <see cref="RawDataset"/>, as read, and <see cref="Dataset"/>, scaled. Immutable by convention.
/// </summary>
/// <typeparam name="T">The type of the numbers.</typeparam>
public abstract class DataRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected DataRows(T[] features, T[] labels, int width, LearningTask task, int classCount)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (features.LongLength != (long)labels.Length * width)
        {
            throw new ArgumentException($"{features.LongLength} features for {labels.Length} rows of {width}",
                nameof(features));
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

        T most = T.CreateChecked(classCount);
        for (int i = 0; i < labels.Length; i++)
        {
            T label = labels[i];
            bool valid = task == LearningTask.Regression
                ? T.IsFinite(label)
                : label >= T.Zero && label < most && T.IsInteger(label);
            if (!valid)
            {
                throw new ArgumentException(
                    $"label {label} of row {i} does not fit a {task} task of {classCount} classes", nameof(labels));
            }
        }

        Features = features;
        Labels = labels;
        Width = width;
        Task = task;
        ClassCount = classCount;
    }

    /// <summary>The features, row-major.</summary>
    public T[] Features { get; }

    /// <summary>One label a row.</summary>
    public T[] Labels { get; }

    /// <summary>Rows.</summary>
    public int Count => Labels.Length;

    /// <summary>Features a row.</summary>
    public int Width { get; }

    /// <summary>The task of the labels.</summary>
    public LearningTask Task { get; }

    /// <summary>Classes, 0 for regression.</summary>
    public int ClassCount { get; }

    /// <summary>The features of one row.</summary>
    public ReadOnlySpan<T> Row(int index) => Features.AsSpan(index * Width, Width);

    /// <summary>
    /// Rows of each class (empty for regression): what a site contributes to federated class weights.
    /// </summary>
    public long[] CountClasses()
    {
        long[] counts = new long[ClassCount];
        if (Task != LearningTask.Regression)
        {
            foreach (T label in Labels)
            {
                counts[int.CreateTruncating(label)]++;
            }
        }

        return counts;
    }

    private protected (T[] Features, T[] Labels) Copy(ReadOnlySpan<int> rows)
    {
        T[] features = new T[checked(rows.Length * Width)];
        T[] labels = new T[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            Row(rows[i]).CopyTo(features.AsSpan(i * Width));
            labels[i] = Labels[rows[i]];
        }

        return (features, labels);
    }

    private protected static (T[] Features, T[] Labels) Join(IReadOnlyList<DataRows<T>> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
        {
            throw new ArgumentException("nothing to concatenate", nameof(parts));
        }

        DataRows<T> first = parts[0];
        foreach (DataRows<T> part in parts)
        {
            if (part.Width != first.Width || part.Task != first.Task || part.ClassCount != first.ClassCount)
            {
                throw new ArgumentException("the parts have different widths or tasks", nameof(parts));
            }
        }

        T[] features = new T[parts.Sum(part => (long)part.Features.Length)];
        T[] labels = new T[parts.Sum(part => (long)part.Count)];
        int at = 0;
        foreach (DataRows<T> part in parts)
        {
            part.Features.CopyTo(features.AsSpan(at * first.Width));
            part.Labels.CopyTo(labels.AsSpan(at));
            at += part.Count;
        }

        return (features, labels);
    }
}
