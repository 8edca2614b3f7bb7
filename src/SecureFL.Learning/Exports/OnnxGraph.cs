using System.Globalization;

namespace SecureFL.Learning.Exports;

/// <summary>Element types of ONNX tensors, with the numbers that the format gives them.</summary>
internal enum OnnxType
{
    Float = 1,
    Int64 = 7,
    Text = 8,
    Double = 11,
}

/// <summary>
/// A graph of ONNX operators while it is built. The numbers of fields are those of onnx.proto (IR version 8). Not
/// thread-safe.
/// </summary>
internal sealed class OnnxGraph
{
    private const int IrVersion = 8;
    private const int Opset = 13;
    private const int MachineLearningOpset = 2;
    private const string MachineLearningDomain = "ai.onnx.ml";

    private readonly ProtobufWriter _nodes = new();
    private readonly ProtobufWriter _constants = new();
    private readonly ProtobufWriter _inputs = new();
    private readonly ProtobufWriter _outputs = new();
    private readonly HashSet<string> _inputNames = new(StringComparer.Ordinal);
    private int _names;

    /// <summary>An input of one value a row: shape (rows, <paramref name="width"/>).</summary>
    public string Input(string name, OnnxType type, int width, string description)
    {
        Describe(_inputs, 11, name, type, width, description);
        _inputNames.Add(name);
        return name;
    }

    /// <summary>
    /// Makes a value an output of the model; <paramref name="width"/> null for one number a row without a second axis.
    /// Where a column has the name already, the output's ends in "_output".
    /// </summary>
    public void Output(string value, string name, OnnxType type, int? width, string description)
    {
        while (_inputNames.Contains(name))
        {
            name += "_output";
        }

        Node("Identity", [value], result: name);
        Describe(_outputs, 12, name, type, width, description);
    }

    /// <summary>A constant of single-precision numbers.</summary>
    public string Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Constant(OnnxType.Float, ProtobufWriter.LittleEndian(values), shape);

    /// <summary>A constant of double-precision numbers.</summary>
    public string Constant(ReadOnlySpan<double> values, params ReadOnlySpan<long> shape) =>
        Constant(OnnxType.Double, ProtobufWriter.LittleEndian(values), shape);

    /// <summary>A constant row of integers: shapes, axes, positions.</summary>
    public string Constant(params ReadOnlySpan<long> values) =>
        Constant(OnnxType.Int64, ProtobufWriter.LittleEndian(values), [values.Length]);

    /// <summary>One operator; the name of its result is made up where <paramref name="result"/> is null.</summary>
    public string Node(string operation, ReadOnlySpan<string> inputs, string? result = null,
        params ReadOnlySpan<(string Name, long Value)> attributes)
    {
        string output = result ?? NextName();
        ProtobufWriter node = Begin(operation, inputs, output);
        foreach ((string name, long value) in attributes)
        {
            node.Message(5, attribute =>
            {
                attribute.Text(1, name);
                attribute.Integer(3, value);
                attribute.Integer(20, 2);
            });
        }

        _nodes.Bytes(1, node.ToArray());
        return output;
    }

    /// <summary>One column a category, 1 where the text is that category; all zeros for any other text.</summary>
    public string OneHot(string texts, IReadOnlyList<string> categories)
    {
        string output = NextName();
        ProtobufWriter node = Begin("OneHotEncoder", [texts], output);
        node.Message(5, attribute =>
        {
            attribute.Text(1, "cats_strings");
            foreach (string category in categories)
            {
                attribute.Text(9, category);
            }

            attribute.Integer(20, 8);
        });
        node.Message(5, attribute =>
        {
            attribute.Text(1, "zeros");
            attribute.Integer(3, 1);
            attribute.Integer(20, 2);
        });
        node.Text(7, MachineLearningDomain);
        _nodes.Bytes(1, node.ToArray());
        return output;
    }

    /// <summary>The whole file.</summary>
    public byte[] ToModel(string name, string description, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        ProtobufWriter model = new();
        model.Integer(1, IrVersion);
        model.Text(2, "securefl");
        model.Text(6, description);
        ProtobufWriter title = new();
        title.Text(2, name);
        model.Bytes(7, [.. _nodes.ToArray(), .. title.ToArray(), .. _constants.ToArray(), .. _inputs.ToArray(),
            .. _outputs.ToArray()]);
        foreach ((string domain, int version) in new[] { ("", Opset), (MachineLearningDomain, MachineLearningOpset) })
        {
            model.Message(8, set =>
            {
                set.Text(1, domain);
                set.Integer(2, version);
            });
        }

        foreach ((string key, string value) in metadata)
        {
            model.Message(14, entry =>
            {
                entry.Text(1, key);
                entry.Text(2, value);
            });
        }

        return model.ToArray();
    }

    private static ProtobufWriter Begin(string operation, ReadOnlySpan<string> inputs, string output)
    {
        ProtobufWriter node = new();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, output);
        node.Text(3, "make " + output);
        node.Text(4, operation);
        return node;
    }

    private static void Describe(ProtobufWriter target, int field, string name, OnnxType type, int? width,
        string description) =>
        target.Message(field, info =>
        {
            info.Text(1, name);
            info.Message(2, value => value.Message(1, tensor =>
            {
                tensor.Integer(1, (int)type);
                tensor.Message(2, shape =>
                {
                    shape.Message(1, rows => rows.Text(2, "rows"));
                    if (width is int columns)
                    {
                        shape.Message(1, axis => axis.Integer(1, columns));
                    }
                });
            }));
            info.Text(3, description);
        });

    private string Constant(OnnxType type, byte[] raw, ReadOnlySpan<long> shape)
    {
        string name = NextName();
        ProtobufWriter tensor = new();
        foreach (long axis in shape)
        {
            tensor.Integer(1, axis);
        }

        tensor.Integer(2, (int)type);
        tensor.Text(8, name);
        tensor.Bytes(9, raw);
        _constants.Bytes(5, tensor.ToArray());
        return name;
    }

    // Columns may be called anything; a space keeps these names apart from everything that a person would call a column
    // "t 1".
    private string NextName() => string.Create(CultureInfo.InvariantCulture, $"securefl value {++_names}");
}
