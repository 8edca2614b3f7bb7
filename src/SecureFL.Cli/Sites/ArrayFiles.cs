using SecureFL.Cli.Shell;
using SecureFL.Federated.Data;
using SecureFL.Federated.Data.Tensors;

namespace SecureFL.Cli.Sites;

/// <summary>Data sets from <c>.npz</c> (arrays x and y), <c>.npy</c> (a matrix, one column the label) and IDX images with their labels file.</summary>
internal static class ArrayFiles
{
    private const string Images = "images-idx3";
    private const string Labels = "labels-idx1";

    /// <summary>Whether the file's name says that it holds arrays.</summary>
    internal static bool IsArray(string path)
    {
        string name = Path.GetFileName(path);
        name = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        return name.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)
            || name.Contains("idx3", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads one file.</summary>
    internal static RawDataset Read(string path, string? label)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        if (name.EndsWith(".npz", StringComparison.OrdinalIgnoreCase))
        {
            using Stream stream = DataFile.Look(path).OpenSeekable();
            IReadOnlyDictionary<string, TensorData> arrays = NumpyArchive.Read(stream, path);
            return arrays.TryGetValue(TensorDataset.FeaturesName, out TensorData? x) && arrays.TryGetValue(TensorDataset.LabelsName, out TensorData? y)
                ? TensorDataset.Join(x, y, path)
                : throw new DataFormatException(path, $"needs arrays x and y, holds {string.Join(", ", arrays.Keys)}");
        }

        return name.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? Matrix(path, label) : Idx(path);
    }

    /// <summary>The same rows as a task of that many classes, so that sites which lack the last classes fit the others.</summary>
    internal static RawDataset WithClasses(RawDataset data, int classes) =>
        data.Task == LearningTask.Regression || data.ClassCount == classes
            ? data
            : new RawDataset(data.Features, data.Labels, data.Width, classes == 2 ? LearningTask.Binary : LearningTask.MultiClass, classes);

    private static RawDataset Idx(string path)
    {
        string labelsPath = Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileName(path).Replace(Images, Labels, StringComparison.OrdinalIgnoreCase));
        if (labelsPath == path || !File.Exists(labelsPath))
        {
            throw new CliException(
                ExitCode.Environment, $"the labels of {path} are not there", $"IDX images need their labels beside them, named {Labels} instead of {Images}");
        }

        using Stream images = DataFile.Look(path).OpenSeekable();
        using Stream labels = DataFile.Look(labelsPath).OpenSeekable();
        TensorData pixels = IdxReader.Read(images, path);
        return TensorDataset.Join(pixels, IdxReader.Read(labels, labelsPath), path, pixels.Element == TensorElement.UInt8 ? 1.0 / 255 : 1);
    }

    private static RawDataset Matrix(string path, string? label)
    {
        using Stream stream = DataFile.Look(path).OpenSeekable();
        TensorData matrix = NumpyFile.Read(stream, path);
        if (matrix.Shape.Length != 2 || matrix.Shape[1] < 2)
        {
            throw new DataFormatException(path, $"an array of shape ({string.Join(", ", matrix.Shape)}), needed is a matrix of features and one label column");
        }

        int width = matrix.Shape[1];
        if (!int.TryParse(label ?? "-1", out int column) || column >= width || column < -width)
        {
            throw new DataFormatException(path, $"no column {label}; the matrix has {width}");
        }

        column = column < 0 ? column + width : column;
        double[] cells = matrix.ToDoubles();
        int rows = matrix.Shape[0];
        double[] x = new double[rows * (width - 1)];
        double[] y = new double[rows];
        for (int r = 0, at = 0; r < rows; r++)
        {
            for (int c = 0; c < width; c++)
            {
                if (c == column)
                {
                    y[r] = cells[(r * width) + c];
                }
                else
                {
                    x[at++] = cells[(r * width) + c];
                }
            }
        }

        return TensorDataset.Join(TensorData.FromDoubles(x, rows, width - 1), TensorData.FromDoubles(y, rows), path);
    }
}
