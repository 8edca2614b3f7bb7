using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Datasets;

namespace SecureFL.Learning.Data.Tensors;

/// <summary>
/// Data sets from and to array files: features of shape (rows, ...) flattened row by row, labels of shape (rows) or
/// (rows, 1). Thread-safe.
/// </summary>
public static class TensorDataset
{
    /// <summary>The name of the features in a <c>.npz</c> archive.</summary>
    public const string FeaturesName = "x";

    /// <summary>The name of the labels in a <c>.npz</c> archive.</summary>
    public const string LabelsName = "y";

    /// <summary>
    /// Joins features and labels. Features are multiplied by <paramref name="factor"/> (1/255 brings bytes to 0..1);
    /// NaN is a missing one.
    /// </summary>
    /// <exception cref="DataFormatException">No rows, different numbers of rows, or a number that cannot be trained
    /// on.</exception>
    public static TensorRows Join(TensorData features, TensorData labels, string source, double factor = 1)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        double[] values = Features(features, source, factor);
        int rows = features.Shape[0];
        if (labels.Count != rows || labels.Shape.Length == 0 || labels.Shape[0] != rows)
        {
            string shapes = $"({string.Join(", ", features.Shape)}) and ({string.Join(", ", labels.Shape)})";
            throw new DataFormatException(source, $"features and labels of shapes {shapes} are not one label a row");
        }

        double[] targets = labels.ToDoubles();
        int bad = Array.FindIndex(targets, target => !TrainableNumber.Is(target));
        if (bad >= 0)
        {
            throw new DataFormatException(source, $"the label of row {bad}: {Fault(targets[bad])}",
                wayOut: "correct the label, or leave its row out");
        }

        bool integers = labels.Element is not (TensorElement.Float16 or TensorElement.BFloat16 or TensorElement.Float32
            or TensorElement.Float64);
        return new TensorRows(source, new RawDataset(values, targets, values.Length / rows, LearningTask.Regression, 0),
            integers);
    }

    /// <summary>The features alone, row-major: for prediction on rows that have no labels.</summary>
    /// <exception cref="DataFormatException">No rows, no features, or a number that cannot be trained on.</exception>
    public static double[] Features(TensorData features, string source, double factor = 1)
    {
        ArgumentNullException.ThrowIfNull(features);
        double[] values = features.ToDoubles();
        if (values.Length == 0 || features.Shape.Length == 0)
        {
            throw new DataFormatException(source,
                features.Shape.Length == 0 || features.Shape[0] == 0 ? "the array has no rows"
                    : "the rows have no features");
        }

        int width = values.Length / features.Shape[0];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= factor;
            if (!TrainableNumber.Is(values[i]) && !double.IsNaN(values[i]))
            {
                throw new DataFormatException(
                    source, $"feature {i % width} of row {i / width}: {Fault(values[i])}",
                    wayOut: "correct the number; NaN where it means no value");
            }
        }

        return values;
    }

    private static string Fault(double number) => double.IsNaN(number) ? "NaN is no label"
        : double.IsInfinity(number) ? "the number is infinite"
        : TrainableNumber.Fault(number);

    /// <summary>
    /// The arrays <c>x</c> (rows by features, float32) and <c>y</c> (rows; int64 classes or float32 targets) that an
    /// external trainer is handed.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, TensorData>> ToArrays(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        TensorData labels = data.Task == LearningTask.Regression
            ? TensorData.FromFloats(data.Labels, data.Count)
            : TensorData.FromInt64(Array.ConvertAll(data.Labels, label => (long)label), data.Count);
        return [new(FeaturesName, TensorData.FromFloats(data.Features, data.Count, data.Width)),
            new(LabelsName, labels)];
    }
}
