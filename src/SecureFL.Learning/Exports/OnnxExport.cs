using System.Text.Json;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Exports;

/// <summary>
/// A built-in model as an ONNX file that takes rows as they are in a table. A model over a table has one input a
/// column, named like it: numbers of double precision, NaN where the cell is empty, and text for categories, each of
/// shape (rows, 1). A model over arrays has one input <c>features</c> of shape (rows, features). Filling in, one-hot
/// coding and scaling are part of the graph. Outputs: <c>probabilities</c> (rows, classes) and <c>class</c> (rows), the
/// index into the metadata's
/// <c>classes</c>; or <c>prediction</c> (rows, 1) in the units of the label.
/// </summary>
public static class OnnxExport
{
    /// <summary>Writes the model.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="bundle">A model with an architecture.</param>
    /// <param name="scaling">The scaling of its features; null for none.</param>
    /// <exception cref="ArgumentException">A model that only its external trainer understands.</exception>
    public static void Write(Stream stream, ModelBundle bundle, FeatureScaling? scaling)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(bundle);
        ModelSpec spec = bundle.Spec ?? throw new ArgumentException("the model has weights and no architecture",
            nameof(bundle));
        OnnxGraph graph = new();
        string features = bundle.Schema is TableSchema schema
            ? Columns(graph, schema)
            : graph.Input("features", OnnxType.Double, spec.Inputs, "the features of a row, NaN for a missing one");
        string outputs = Layers(graph, spec, bundle.Parameters, Scale(graph, features, scaling));
        List<KeyValuePair<string, string>> metadata = [];
        if (spec.Task == LearningTask.Regression)
        {
            string prediction = graph.Node("Cast", [outputs], attributes: ("to", (long)OnnxType.Double));
            if (bundle.Targets is TargetScaling targets)
            {
                string grown = graph.Node("Div", [prediction, graph.Constant([targets.Factor], 1, 1)]);
                prediction = graph.Node("Add", [grown, graph.Constant([targets.Offset], 1, 1)]);
            }

            graph.Output(prediction, "prediction", OnnxType.Double, 1, "the predicted value, in the label's units");
        }
        else
        {
            Classify(graph, spec, outputs);
            string[] classes = [.. TableSchema.ClassNames(bundle.Schema, spec.ClassCount)];
            metadata.Add(new("classes", JsonSerializer.Serialize(classes)));
        }

        if (bundle.Schema is TableSchema described)
        {
            metadata.Add(new("securefl.schema", described.ToJson()));
        }

        stream.Write(
            graph.ToModel("securefl",
                "Trained with SecureFL. Inputs are raw columns; missing numbers are NaN, unknown categories any "
                + "other text.", metadata));
    }

    // One input a column, all joined in the order of the schema's features.
    private static string Columns(OnnxGraph graph, TableSchema schema)
    {
        List<string> parts = [];
        foreach (ColumnSchema column in schema.Features)
        {
            if (column.Kind != ColumnKind.Categorical)
            {
                parts.Add(graph.Input(column.Name, OnnxType.Double, 1, "a number; NaN where it is missing"));
                continue;
            }

            string texts = graph.Input(column.Name, OnnxType.Text, 1,
                "a category: " + string.Join(", ", column.Categories));
            parts.Add(graph.Node("Cast", [Category(graph, column, texts)], attributes: ("to", (long)OnnxType.Double)));
        }

        return parts.Count == 1 ? parts[0] : graph.Node("Concat", [.. parts], attributes: ("axis", 1L));
    }

    // [one column a category | 1 - their sum]: the last one stands for what nobody declared. OneHotEncoder adds an axis
    // at the end.
    private static string Category(OnnxGraph graph, ColumnSchema column, string texts)
    {
        if (column.Categories.IsEmpty)
        {
            string shape = graph.Node("Shape", [texts]);
            string ones = graph.Node("Expand", [graph.Constant([1f], 1, 1), shape]);
            return ones;
        }

        int count = column.Categories.Length;
        string known = graph.Node("Reshape", [graph.OneHot(texts, column.Categories), graph.Constant(-1L, count)]);
        string total = graph.Node("ReduceSum", [known, graph.Constant(1L)]);
        string unseen = graph.Node("Sub", [graph.Constant([1f], 1, 1), total]);
        string kept = column.OmitFirstCategory
            ? graph.Node("Slice", [known, graph.Constant(1L), graph.Constant((long)count), graph.Constant(1L)]) : known;
        return graph.Node("Concat", [kept, unseen], attributes: ("axis", 1L));
    }

    // As FeatureScaling.Apply: ((missing ? imputed : x) - offset) * factor in double, then single precision.
    private static string Scale(OnnxGraph graph, string features, FeatureScaling? scaling)
    {
        string scaled = features;
        if (scaling is not null)
        {
            long width = scaling.Width;
            string missing = graph.Node("IsNaN", [features]);
            string present = graph.Node("Where",
                [missing, graph.Constant(scaling.Imputed.AsSpan(), 1, width), features]);
            string centred = graph.Node("Sub", [present, graph.Constant(scaling.Offset.AsSpan(), 1, width)]);
            scaled = graph.Node("Mul", [centred, graph.Constant(scaling.Factor.AsSpan(), 1, width)]);
        }

        return graph.Node("Cast", [scaled], attributes: ("to", (long)OnnxType.Float));
    }

    private static string Layers(OnnxGraph graph, ModelSpec spec, ModelParameters parameters, string input)
    {
        string value = input;
        for (int layer = 0; layer <= spec.Hidden.Length; layer++)
        {
            TensorSlot weight = parameters.Layout.Tensors[2 * layer];
            TensorSlot bias = parameters.Layout.Tensors[(2 * layer) + 1];
            string matrix = graph.Constant(parameters.Values.AsSpan(weight.Offset, weight.Length), weight.Shape[0],
                weight.Shape[1]);
            string constant = graph.Constant(parameters.Values.AsSpan(bias.Offset, bias.Length), bias.Shape[0]);
            value = graph.Node("Gemm", [value, matrix, constant], attributes: ("transB", 1L));
            if (layer < spec.Hidden.Length)
            {
                value = graph.Node(spec.Activation == Activation.Relu ? "Relu" : "Tanh", [value]);
            }
        }

        return value;
    }

    private static void Classify(OnnxGraph graph, ModelSpec spec, string outputs)
    {
        string probabilities;
        if (spec.Task == LearningTask.Binary)
        {
            string second = graph.Node("Sigmoid", [outputs]);
            string first = graph.Node("Sub", [graph.Constant([1f], 1, 1), second]);
            probabilities = graph.Node("Concat", [first, second], attributes: ("axis", 1L));
        }
        else
        {
            probabilities = graph.Node("Softmax", [outputs], attributes: ("axis", 1L));
        }

        graph.Output(probabilities, "probabilities", OnnxType.Float, spec.ClassCount, "one probability a class");
        string index = graph.Node("ArgMax", [probabilities], null, ("axis", 1L), ("keepdims", 0L));
        graph.Output(index, "class", OnnxType.Int64, null,
            "the index of the most probable class, the first of equal ones");
    }
}
