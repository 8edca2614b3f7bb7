namespace SecureFL.Federated.Data.Tensors;

/// <summary>Data sets from and to array files: features of shape (rows, ...) flattened row by row, labels of shape (rows) or (rows, 1). Thread-safe.</summary>
public static class TensorDataset
{
    /// <summary>The name of the features in a <c>.npz</c> archive.</summary>
    public const string FeaturesName = "x";

    /// <summary>The name of the labels in a <c>.npz</c> archive.</summary>
    public const string LabelsName = "y";

    /// <summary>
    /// Joins features and labels. Features are multiplied by <paramref name="factor"/> (1/255 brings bytes to 0..1). Labels of a floating-point type with a fraction are real targets; others are
    /// classes 0 .. C-1, with C at least <paramref name="classCount"/>.
    /// </summary>
    /// <exception cref="DataFormatException">No rows, different numbers of rows, or a label that is neither.</exception>
    public static RawDataset Join(TensorData features, TensorData labels, string source, double factor = 1, int classCount = 2)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        int rows = features.Shape.Length == 0 ? 0 : features.Shape[0];
        if (rows == 0 || labels.Count != rows || labels.Shape.Length == 0 || labels.Shape[0] != rows)
        {
            string shapes = $"({string.Join(", ", features.Shape)}) and ({string.Join(", ", labels.Shape)})";
            throw new DataFormatException(source, $"features and labels of shapes {shapes} are not one label a row");
        }

        double[] values = features.ToDoubles();
        int bad = Array.FindIndex(values, value => double.IsInfinity(value));
        if (bad >= 0 || values.Length == 0)
        {
            throw new DataFormatException(source, values.Length == 0 ? "the rows have no features" : $"feature {bad % (values.Length / rows)} of row {bad / (values.Length / rows)} is infinite");
        }

        for (int i = 0; factor != 1 && i < values.Length; i++)
        {
            values[i] *= factor;
        }

        double[] targets = labels.ToDoubles();
        bool real = Array.Exists(targets, target => target != Math.Floor(target));
        double largest = targets.Max();
        if (!Array.TrueForAll(targets, double.IsFinite) || (!real && (targets.Min() < 0 || largest >= 1 << 20)))
        {
            throw new DataFormatException(source, "labels are neither finite numbers with a fraction nor classes from 0 up");
        }

        int classes = real ? 0 : Math.Max(classCount, (int)largest + 1);
        LearningTask task = real ? LearningTask.Regression : classes == 2 ? LearningTask.Binary : LearningTask.MultiClass;
        return new RawDataset(values, targets, values.Length / rows, task, classes);
    }

    /// <summary>The arrays <c>x</c> (rows by features, float32) and <c>y</c> (rows; int64 classes or float32 targets) that an external trainer is handed.</summary>
    public static IReadOnlyList<KeyValuePair<string, TensorData>> ToArrays(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        TensorData labels = data.Task == LearningTask.Regression
            ? TensorData.FromFloats(data.Labels, data.Count)
            : TensorData.FromInt64(Array.ConvertAll(data.Labels, label => (long)label), data.Count);
        return [new(FeaturesName, TensorData.FromFloats(data.Features, data.Count, data.Width)), new(LabelsName, labels)];
    }
}
