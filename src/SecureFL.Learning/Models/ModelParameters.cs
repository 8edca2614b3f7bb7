using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Tensors;

namespace SecureFL.Learning.Models;

/// <summary>
/// A model's named tensors over one flat vector: what is sent out, trained, differenced and averaged.
/// </summary>
public sealed class ModelParameters
{
    /// <summary>Wraps <paramref name="values"/>.</summary>
    /// <exception cref="ArgumentException">The vector's length is not the layout's.</exception>
    public ModelParameters(ModelLayout layout, float[] values)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != layout.Length)
        {
            throw new ArgumentException($"{values.Length} values for a model of {layout.Length} parameters",
                nameof(values));
        }

        Layout = layout;
        Values = values;
    }

    /// <summary>The tensors' places.</summary>
    public ModelLayout Layout { get; }

    /// <summary>The flat vector.</summary>
    public float[] Values { get; }

    /// <summary>The elements of one tensor, row-major.</summary>
    public Span<float> this[string name]
    {
        get
        {
            TensorSlot slot = Layout.Find(name);
            return Values.AsSpan(slot.Offset, slot.Length);
        }
    }

    /// <summary>A copy that shares nothing.</summary>
    public ModelParameters Clone() => new(Layout, [.. Values]);

    /// <summary>The tensors as a file would hold them.</summary>
    public IEnumerable<KeyValuePair<string, TensorData>> ToTensors() =>
        Layout.Tensors.Select(slot => new KeyValuePair<string, TensorData>(
            slot.Name, TensorData.FromFloats(Values.AsSpan(slot.Offset, slot.Length), slot.Shape.AsSpan())));

    /// <summary>Takes the tensors of <paramref name="content"/> by name; others there are ignored.</summary>
    /// <exception cref="DataFormatException">A tensor is missing, has another shape, or holds a number that is not
    /// finite.</exception>
    public static ModelParameters FromTensors(ModelLayout layout, SafetensorsContent content, string source)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(content);

        // All shapes first: a layout can ask for more memory than the file has bytes.
        TensorData[] tensors = [.. layout.Tensors.Select(slot => Find(content, slot, source))];
        float[] values = new float[layout.Length];
        foreach ((TensorSlot slot, TensorData tensor) in layout.Tensors.Zip(tensors))
        {
            float[] elements = tensor.ToFloats();
            int bad = Array.FindIndex(elements, element => !float.IsFinite(element));
            if (bad >= 0)
            {
                throw new DataFormatException(source, $"tensor {slot.Name} holds {elements[bad]} at element {bad}");
            }

            elements.CopyTo(values.AsSpan(slot.Offset));
        }

        return new ModelParameters(layout, values);
    }

    /// <summary>
    /// The layout that a file's floating-point tensors have, in file order: for models that only an external trainer
    /// understands.
    /// </summary>
    /// <exception cref="DataFormatException">The file holds no floating-point tensor.</exception>
    public static ModelParameters FromAllTensors(SafetensorsContent content, string source)
    {
        ArgumentNullException.ThrowIfNull(content);
        ImmutableArray<KeyValuePair<string, TensorData>> floating =
            [
                .. content.Tensors
                    .Where(pair => pair.Value.Count > 0 && pair.Value.Element is TensorElement.Float16
                        or TensorElement.BFloat16 or TensorElement.Float32 or TensorElement.Float64)];
        if (floating.Length == 0)
        {
            throw new DataFormatException(source, "the file holds no floating-point tensor");
        }

        return FromTensors(new ModelLayout(floating.Select(pair => (pair.Key, pair.Value.Shape))), content, source);
    }

    private static TensorData Find(SafetensorsContent content, TensorSlot slot, string source)
    {
        TensorData tensor = content.Find(slot.Name)
            ?? throw new DataFormatException(source, $"tensor {slot.Name} is missing");
        return tensor.Shape.AsSpan().SequenceEqual(slot.Shape.AsSpan())
            ? tensor
            : throw new DataFormatException(
                source,
                $"tensor {slot.Name} has shape {string.Join(" x ", tensor.Shape)}, expected "
                + $"{string.Join(" x ", slot.Shape)}");
    }
}
