using SecureFL.Cli.Shell;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Tensors;

namespace SecureFL.Cli.Sites;

/// <summary>
/// Data sets from <c>.npz</c> (arrays x and y), <c>.npy</c> (a matrix, one column the label) and IDX images with their
/// labels file.
/// </summary>
internal static class ArrayFiles
{
    private const string Images = "images-idx3";
    private const string Labels = "labels-idx1";

    /// <summary>Whether the file's name says that it holds arrays.</summary>
    internal static bool IsArray(string path)
    {
        string name = Path.GetFileName(path);
        name = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        return name.EndsWith(".npz", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)
            || name.Contains("idx3", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Reads one file; <paramref name="label"/> is the label's column in a <c>.npy</c> matrix, by default the last.
    /// </summary>
    /// <exception cref="DataFormatException">Not such a file, or numbers that cannot be trained on.</exception>
    internal static TensorRows Read(string path, string? label)
    {
        string name = Unpacked(path);
        if (IsArchive(name))
        {
            (TensorData x, TensorData? y) = Archive(path);
            return TensorDataset.Join(x, y
                ?? throw new DataFormatException(path, $"needs arrays x and y, holds no {TensorDataset.LabelsName}"),
                path);
        }

        if (name.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
        {
            TensorData matrix = Matrix(path, leastWidth: 2);
            int column = LabelColumn(matrix, path, label);
            return TensorDataset.Join(WithoutColumn(matrix, column), Column(matrix, column), path);
        }

        string labelsPath = Path.Combine(Path.GetDirectoryName(path) ?? "",
            Path.GetFileName(path).Replace(Images, Labels, StringComparison.OrdinalIgnoreCase));
        if (labelsPath == path || !File.Exists(labelsPath))
        {
            throw new CliException(
                ExitCode.Environment, $"the labels of {path} are not there",
                $"IDX images need their labels beside them, named {Labels} instead of {Images}");
        }

        TensorData pixels = Idx(path);
        return TensorDataset.Join(pixels, Idx(labelsPath), path, FactorOf(pixels));
    }

    /// <summary>
    /// The features of one file, whose labels are not looked at and not needed. A <c>.npy</c> matrix of one column too
    /// many has its label, too.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="width">The features that the model takes; null where nobody knows.</param>
    /// <param name="label">The label's column in such a matrix, by default the last.</param>
    /// <exception cref="DataFormatException">Not such a file, or numbers that cannot be trained on.</exception>
    internal static (double[] Features, int Rows) ReadFeatures(string path, int? width, string? label)
    {
        string name = Unpacked(path);
        TensorData features;
        if (IsArchive(name))
        {
            features = Archive(path).X;
        }
        else if (name.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
        {
            features = Matrix(path, leastWidth: 1);
            features = width is int inputs && features.Shape[1] == inputs + 1
                ? WithoutColumn(features, LabelColumn(features, path, label)) : features;
        }
        else
        {
            features = Idx(path);
            return (TensorDataset.Features(features, path, FactorOf(features)), features.Shape[0]);
        }

        return (TensorDataset.Features(features, path), features.Shape[0]);
    }

    private static string Unpacked(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
        ? path[..^3] : path;

    private static bool IsArchive(string name) => name.EndsWith(".npz", StringComparison.OrdinalIgnoreCase);

    private static (TensorData X, TensorData? Y) Archive(string path)
    {
        using Stream stream = DataFile.Look(path).OpenSeekable();
        IReadOnlyDictionary<string, TensorData> arrays = NumpyArchive.Read(stream, path);
        return arrays.TryGetValue(TensorDataset.FeaturesName, out TensorData? x)
            ? (x, arrays.GetValueOrDefault(TensorDataset.LabelsName))
            : throw new DataFormatException(path, $"needs an array x, holds {string.Join(", ", arrays.Keys)}");
    }

    private static TensorData Idx(string path)
    {
        using Stream stream = DataFile.Look(path).OpenSeekable();
        return IdxReader.Read(stream, path);
    }

    private static double FactorOf(TensorData pixels) => pixels.Element == TensorElement.UInt8 ? 1.0 / 255 : 1;

    private static TensorData Matrix(string path, int leastWidth)
    {
        using Stream stream = DataFile.Look(path).OpenSeekable();
        TensorData matrix = NumpyFile.Read(stream, path);
        return matrix.Shape.Length == 2 && matrix.Shape[1] >= leastWidth
            ? matrix
            : throw new DataFormatException(
                path,
                $"an array of shape ({string.Join(", ", matrix.Shape)}), needed is a matrix of "
                + $"features{(leastWidth > 1 ? " and one label column" : "")}");
    }

    private static int LabelColumn(TensorData matrix, string path, string? label)
    {
        int width = matrix.Shape[1];
        if (!int.TryParse(label ?? "-1", out int column) || column >= width || column < -width)
        {
            throw new DataFormatException(path, $"no column {label}; the matrix has {width}");
        }

        return column < 0 ? column + width : column;
    }

    private static TensorData WithoutColumn(TensorData matrix, int column) =>
        Columns(matrix, [.. Enumerable.Range(0, matrix.Shape[1]).Where(c => c != column)], matrix.Shape[0],
            matrix.Shape[1] - 1);

    private static TensorData Column(TensorData matrix, int column) => Columns(matrix, [column], matrix.Shape[0]);

    /// <summary>Some columns, in the matrix's own type.</summary>
    private static TensorData Columns(TensorData matrix, int[] columns, params ReadOnlySpan<int> shape)
    {
        int size = TensorData.SizeOf(matrix.Element);
        int width = matrix.Shape[1];
        byte[] bytes = new byte[(long)matrix.Shape[0] * columns.Length * size];
        for (int r = 0, at = 0; r < matrix.Shape[0]; r++)
        {
            foreach (int c in columns)
            {
                matrix.Bytes.AsSpan(((r * width) + c) * size, size).CopyTo(bytes.AsSpan(at));
                at += size;
            }
        }

        return new TensorData([.. shape], matrix.Element, bytes);
    }
}
