using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;

namespace SecureFL.Learning.Models;

/// <summary>
/// A built-in model for training and prediction: initial parameters, objective with gradient, raw outputs. Holds a work
/// area: not thread-safe; one per worker costs little.
/// </summary>
public sealed class FeedForwardModel
{
    private readonly FeedForwardNetwork<float> _network;
    private readonly float[] _labels = new float[FeedForwardNetwork<float>.BlockRows];
    private readonly float[] _rowWeights = new float[FeedForwardNetwork<float>.BlockRows];

    /// <summary>The model of <paramref name="spec"/>.</summary>
    /// <exception cref="ArgumentException">The spec contradicts itself.</exception>
    public FeedForwardModel(ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        Spec = spec;
        Layout = spec.CreateLayout();
        _network = new FeedForwardNetwork<float>(spec);
    }

    /// <summary>The architecture.</summary>
    public ModelSpec Spec { get; }

    /// <summary>The parameters' names and places.</summary>
    public ModelLayout Layout { get; }

    /// <summary>
    /// Initial parameters: zero for a regression; for a perceptron normal weights of variance 2/inputs before ReLU (He
    /// et al. 2015) and 1/inputs otherwise (LeCun et al. 1998), biases zero.
    /// </summary>
    public ModelParameters CreateInitial(ulong seed)
    {
        float[] values = new float[Layout.Length];
        if (Spec.Hidden.Length > 0)
        {
            for (int t = 0; t < Layout.Tensors.Length; t += 2)
            {
                TensorSlot slot = Layout.Tensors[t];
                bool beforeRelu = t + 2 < Layout.Tensors.Length && Spec.Activation == Activation.Relu;
                double deviation = Math.Sqrt((beforeRelu ? 2.0 : 1.0) / slot.Shape[1]);
                SeededRandom random = SeededRandom.For(seed, "initialisation", t);
                foreach (ref float value in values.AsSpan(slot.Offset, slot.Length))
                {
                    value = (float)(deviation * random.NextGaussian());
                }
            }
        }

        return new ModelParameters(Layout, values);
    }

    /// <summary>
    /// Writes the gradient of the mean over <paramref name="rows"/> of w(class) * loss, and returns that mean. The mean
    /// divides by the number of rows, not by the sum of class weights, so that sample-weighted means over sites are
    /// exact.
    /// </summary>
    public double Gradient(
        ReadOnlySpan<float> weights, Dataset data, ReadOnlySpan<int> rows, ReadOnlySpan<float> classWeights,
        Span<float> gradient)
    {
        ArgumentNullException.ThrowIfNull(data);
        CheckShape(data, weights);
        gradient.Clear();
        double loss = 0;
        for (int from = 0; from < rows.Length; from += FeedForwardNetwork<float>.BlockRows)
        {
            ReadOnlySpan<int> block = rows[from..Math.Min(rows.Length, from + FeedForwardNetwork<float>.BlockRows)];
            Load(data, block);
            for (int i = 0; i < block.Length && !classWeights.IsEmpty; i++)
            {
                _rowWeights[i] = classWeights[(int)_labels[i]];
            }

            _network.Forward(weights, block.Length);
            loss += _network.Backward(
                weights, _labels.AsSpan(0, block.Length),
                classWeights.IsEmpty ? [] : _rowWeights.AsSpan(0, block.Length), gradient);
        }

        float scale = 1f / rows.Length;
        foreach (ref float value in gradient)
        {
            value *= scale;
        }

        return loss / rows.Length;
    }

    /// <summary>
    /// Hands every row of <paramref name="data"/> and its raw outputs (before sigmoid or softmax) to
    /// <paramref name="visit"/>, in order.
    /// </summary>
    public void VisitOutputs(ReadOnlySpan<float> weights, Dataset data, OutputVisitor visit)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(visit);
        CheckShape(data, weights);
        Span<int> block = stackalloc int[FeedForwardNetwork<float>.BlockRows];
        for (int from = 0; from < data.Count; from += block.Length)
        {
            int rows = Math.Min(block.Length, data.Count - from);
            for (int i = 0; i < rows; i++)
            {
                block[i] = from + i;
            }

            Load(data, block[..rows]);
            ReadOnlySpan<float> outputs = _network.Forward(weights, rows);
            for (int i = 0; i < rows; i++)
            {
                visit(from + i, outputs.Slice(i * Spec.Outputs, Spec.Outputs));
            }
        }
    }

    /// <summary>
    /// Predictions, row by row: for regression the value; for binary the probability of class 1; for multi-class one
    /// probability a class.
    /// </summary>
    public float[] Predict(ReadOnlySpan<float> weights, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        float[] predictions = new float[checked(data.Count * Spec.Outputs)];
        VisitOutputs(weights, data, (row, z) =>
        {
            Span<float> target = predictions.AsSpan(row * Spec.Outputs, Spec.Outputs);
            switch (Spec.Task)
            {
                case LearningTask.Regression:
                    target[0] = z[0];
                    break;
                case LearningTask.Binary:
                    target[0] = OutputLoss.Sigmoid(z[0]);
                    break;
                default:
                    float normaliser = OutputLoss.LogSumExp(z);
                    for (int c = 0; c < z.Length; c++)
                    {
                        target[c] = MathF.Exp(z[c] - normaliser);
                    }

                    break;
            }
        });
        return predictions;
    }

    /// <summary>The weights, which are regularised; biases are not.</summary>
    internal IEnumerable<TensorSlot> RegularisedTensors() => Layout.Tensors.Where((_, i) => i % 2 == 0);

    private void Load(Dataset data, ReadOnlySpan<int> rows)
    {
        Span<float> input = _network.Input(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            data.Row(rows[i]).CopyTo(input[(i * Spec.Inputs)..]);
            _labels[i] = data.Labels[rows[i]];
        }
    }

    private void CheckShape(Dataset data, ReadOnlySpan<float> weights)
    {
        if (data.Width != Spec.Inputs || data.Task != Spec.Task || data.ClassCount != Spec.ClassCount)
        {
            throw new ArgumentException(
                $"data of {data.Width} features for {data.Task} ({data.ClassCount} classes), a model of "
                + $"{Spec.Inputs} for {Spec.Task} ({Spec.ClassCount})", nameof(data));
        }

        if (weights.Length != Layout.Length)
        {
            throw new ArgumentException($"{weights.Length} weights, the model has {Layout.Length}", nameof(weights));
        }
    }
}

/// <summary>Receives the raw outputs of one row.</summary>
/// <param name="row">The row's index in its data set.</param>
/// <param name="outputs">The raw outputs, valid during the call.</param>
public delegate void OutputVisitor(int row, ReadOnlySpan<float> outputs);
