using System.Globalization;
using System.Runtime.InteropServices;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Models;
using SecureFL.Messages.Text;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Clients;

/// <summary>
/// A vector to send: <c>.npy</c>, <c>.npz</c>, <c>.safetensors</c> or raw little-endian <c>.f32</c>. Where the plan
/// names tensors, they are taken by name and shape and never by their order in the file; where it does not, the file
/// has one array.
/// </summary>
internal static class VectorFile
{
    private const int Listed = 10;

    /// <summary>Reads a file as the plan wants it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Values of the plan's vector.</param>
    /// <param name="terms">The plan's tensors; null for one array without a name.</param>
    /// <exception cref="DataFormatException">Other tensors, another length, or not one of these formats: says what it
    /// is.</exception>
    internal static float[] Read(string path, long length, SumTerms? terms)
    {
        ModelLayout? layout = terms?.Layout;
        if (Path.GetExtension(path).Equals(".f32", StringComparison.OrdinalIgnoreCase))
        {
            RequireNoNames(path, layout);
            return Checked(path, null, Raw(path, length));
        }

        IReadOnlyList<KeyValuePair<string?, TensorData>> arrays = Arrays(path);
        if (layout is not null && (arrays.Count != 1 || arrays[0].Key is not null))
        {
            return ByName(path, layout, terms!, arrays);
        }

        RequireNoNames(path, layout);
        if (arrays.Count != 1)
        {
            throw new DataFormatException(
                path,
                $"{arrays.Count} arrays ({List(arrays.Select(array => array.Key!))}), and the plan does not say in "
                + $"which order: a plan made with --layout names them");
        }

        float[] values = arrays[0].Value.ToFloats();
        return values.Length == length
            ? Checked(path, arrays[0].Key, values)
            : throw new DataFormatException(path, $"{values.Length} values, the plan sums vectors of {length}");
    }

    /// <summary>The arrays of a file with their names; null is the name of the only array of a <c>.npy</c>.</summary>
    internal static IReadOnlyList<KeyValuePair<string?, TensorData>> Arrays(string path)
    {
        using FileStream stream = OrdinaryFile.Open(path);
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".npy" => [new(null, NumpyFile.Read(stream, path))],
            ".npz" => [.. NumpyArchive.Read(stream, path)
                .Select(pair => new KeyValuePair<string?, TensorData>(pair.Key, pair.Value))],
            ".safetensors" =>
                [.. Safetensors.Read(stream, path).Tensors
                    .Select(pair => new KeyValuePair<string?, TensorData>(pair.Key, pair.Value))],
            string other => throw new DataFormatException(path,
                $"the extension '{other}' is none of .npy, .npz, .safetensors and .f32"),
        };
    }

    internal static string ShapeText(IEnumerable<int> shape) => $"({string.Join(", ", shape)})";

    private static float[] ByName(string path, ModelLayout layout, SumTerms terms,
        IReadOnlyList<KeyValuePair<string?, TensorData>> arrays)
    {
        Dictionary<string, TensorData> found =
            arrays.ToDictionary(array => array.Key!, array => array.Value, StringComparer.Ordinal);
        string[] missing = [.. layout.Tensors.Select(slot => slot.Name).Where(name => !found.ContainsKey(name))];
        string[] extra =
            [
                .. found.Keys
                    .Where(name => layout.Tensors.All(slot => slot.Name != name) && !terms.LeftOut.Contains(name))];
        string[] misshapen =
        [
            .. layout.Tensors
                .Where(slot => found.TryGetValue(slot.Name, out TensorData? tensor)
                    && !tensor.Shape.AsSpan().SequenceEqual(slot.Shape.AsSpan()))
                .Select(
                    slot =>
                        $"{PrintableText.Name(slot.Name)} {ShapeText(found[slot.Name].Shape)} where the plan has "
                        + $"{ShapeText(slot.Shape)}"),
        ];
        (string Text, int Count)[] faults =
        [
            ($"missing: {List(missing)}", missing.Length), ($"not in the plan: {List(extra)}", extra.Length),
            ($"of another shape: {string.Join("; ", misshapen.Take(Listed))}", misshapen.Length),
        ];
        if (faults.Any(fault => fault.Count > 0))
        {
            throw new DataFormatException(path,
                $"other tensors than the plan's; "
                + $"{string.Join("; ", faults.Where(fault => fault.Count > 0).Select(fault => fault.Text))}");
        }

        float[] values = new float[layout.Length];
        foreach (TensorSlot slot in layout.Tensors)
        {
            Checked(path, slot.Name, found[slot.Name].ToFloats()).CopyTo(values.AsSpan(slot.Offset));
        }

        return values;
    }

    private static void RequireNoNames(string path, ModelLayout? layout)
    {
        if (layout is not null)
        {
            throw new DataFormatException(path,
                $"one array without a name, the plan sums {layout.Tensors.Length} named tensor(s): "
                + $"{List(layout.Tensors.Select(slot => slot.Name))}");
        }
    }

    private static float[] Checked(string path, string? name, float[] values)
    {
        int bad = Array.FindIndex(values, value => !float.IsFinite(value));
        return bad < 0
            ? values
            : throw new DataFormatException(path,
                string.Create(CultureInfo.InvariantCulture,
                    $"{(name is null ? "" : $"tensor {PrintableText.Name(name)}, ")}element {bad} is {values[bad]}: "
                    + $"only finite numbers can be summed"));
    }

    private static string List(IEnumerable<string> names)
    {
        string[] all = [.. names.Select(PrintableText.Name)];
        return string.Join(", ", all.Take(Listed)) + (all.Length > Listed ? $" and {all.Length - Listed} more" : "");
    }

    private static float[] Raw(string path, long length)
    {
        using FileStream stream = OrdinaryFile.Open(path);
        long bytes = stream.Length;
        if (bytes != length * sizeof(float))
        {
            throw new DataFormatException(path,
                $"{bytes} bytes, the plan sums vectors of {length} values: {length * sizeof(float)} bytes");
        }

        byte[] content = new byte[bytes];
        stream.ReadExactly(content);
        return MemoryMarshal.Cast<byte, float>(content).ToArray();
    }
}
