using System.Numerics;
using System.Numerics.Tensors;

namespace SecureFL.Learning.Models;

/// <summary>
/// Forward and backward passes of a <see cref="ModelSpec"/> over a block of rows, in the precision
/// <typeparamref name="T"/> (single for training; tests check gradients in double). Holds the activations of one block:
/// not thread-safe, one per worker.
/// </summary>
internal sealed class FeedForwardNetwork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of one block.</summary>
    public const int BlockRows = 128;

    private readonly ModelSpec _spec;
    private readonly ModelLayout _layout;
    private readonly int[] _widths;
    private readonly T[][] _activations;
    private readonly T[][] _deltas;

    public FeedForwardNetwork(ModelSpec spec)
    {
        _spec = spec;
        _layout = spec.CreateLayout();
        _widths = [spec.Inputs, .. spec.Hidden, spec.Outputs];
        _activations = [.. _widths.Select(width => new T[BlockRows * width])];
        _deltas = [.. _widths.Select(width => new T[BlockRows * width])];
    }

    private int LayerCount => _widths.Length - 1;

    /// <summary>Where a block's input rows are to be written, row-major.</summary>
    public Span<T> Input(int rows) => _activations[0].AsSpan(0, rows * _spec.Inputs);

    /// <summary>The raw outputs (before sigmoid or softmax) of the rows in <see cref="Input"/>.</summary>
    public ReadOnlySpan<T> Forward(ReadOnlySpan<T> weights, int rows)
    {
        for (int layer = 0; layer < LayerCount; layer++)
        {
            int inputs = _widths[layer];
            int outputs = _widths[layer + 1];
            ReadOnlySpan<T> matrix = Matrix(weights, layer);
            ReadOnlySpan<T> bias = Bias(weights, layer);
            for (int r = 0; r < rows; r++)
            {
                ReadOnlySpan<T> x = _activations[layer].AsSpan(r * inputs, inputs);
                Span<T> z = _activations[layer + 1].AsSpan(r * outputs, outputs);
                for (int o = 0; o < outputs; o++)
                {
                    z[o] = DenseKernels.Dot(x, matrix.Slice(o * inputs, inputs)) + bias[o];
                }
            }

            if (layer < LayerCount - 1)
            {
                Activate(_activations[layer + 1].AsSpan(0, rows * outputs));
            }
        }

        return _activations[LayerCount].AsSpan(0, rows * _spec.Outputs);
    }

    /// <summary>
    /// Adds to <paramref name="gradient"/> the gradient of the sum over the rows of weight * loss, after
    /// <see cref="Forward"/> of the same rows, and returns that sum. <paramref name="rowWeights"/> may be empty for all
    /// ones.
    /// </summary>
    public double Backward(ReadOnlySpan<T> weights, ReadOnlySpan<float> labels, ReadOnlySpan<float> rowWeights,
        Span<T> gradient)
    {
        int rows = labels.Length;
        int last = LayerCount;
        double loss = 0;
        for (int r = 0; r < rows; r++)
        {
            int outputs = _spec.Outputs;
            ReadOnlySpan<T> z = _activations[last].AsSpan(r * outputs, outputs);
            Span<T> delta = _deltas[last].AsSpan(r * outputs, outputs);
            double rowLoss = OutputLoss.Differentiate(_spec.Task, z, labels[r], delta);
            if (!rowWeights.IsEmpty)
            {
                rowLoss *= rowWeights[r];
                TensorPrimitives.Multiply(delta, T.CreateTruncating(rowWeights[r]), delta);
            }

            loss += rowLoss;
        }

        for (int layer = last - 1; layer >= 0; layer--)
        {
            BackwardLayer(weights, layer, rows, gradient);
        }

        return loss;
    }

    private void BackwardLayer(ReadOnlySpan<T> weights, int layer, int rows, Span<T> gradient)
    {
        int inputs = _widths[layer];
        int outputs = _widths[layer + 1];
        ReadOnlySpan<T> matrix = Matrix(weights, layer);
        TensorSlot matrixSlot = _layout.Tensors[2 * layer];
        TensorSlot biasSlot = _layout.Tensors[(2 * layer) + 1];
        Span<T> matrixGradient = gradient.Slice(matrixSlot.Offset, matrixSlot.Length);
        Span<T> biasGradient = gradient.Slice(biasSlot.Offset, biasSlot.Length);
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<T> x = _activations[layer].AsSpan(r * inputs, inputs);
            ReadOnlySpan<T> delta = _deltas[layer + 1].AsSpan(r * outputs, outputs);

            // The inputs have no gradient of their own.
            Span<T> below = layer > 0 ? _deltas[layer].AsSpan(r * inputs, inputs) : [];
            below.Clear();
            for (int o = 0; o < outputs; o++)
            {
                T d = delta[o];
                biasGradient[o] += d;
                if (T.IsZero(d))
                {
                    continue;
                }

                DenseKernels.AddScaled(x, d, matrixGradient.Slice(o * inputs, inputs));
                if (layer > 0)
                {
                    DenseKernels.AddScaled(matrix.Slice(o * inputs, inputs), d, below);
                }
            }

            if (layer > 0)
            {
                ScaleByActivationSlope(x, below);
            }
        }
    }

    private ReadOnlySpan<T> Matrix(ReadOnlySpan<T> weights, int layer)
    {
        TensorSlot slot = _layout.Tensors[2 * layer];
        return weights.Slice(slot.Offset, slot.Length);
    }

    private ReadOnlySpan<T> Bias(ReadOnlySpan<T> weights, int layer)
    {
        TensorSlot slot = _layout.Tensors[(2 * layer) + 1];
        return weights.Slice(slot.Offset, slot.Length);
    }

    private void Activate(Span<T> values)
    {
        if (_spec.Activation == Activation.Relu)
        {
            TensorPrimitives.Max(values, T.Zero, values);
        }
        else
        {
            TensorPrimitives.Tanh(values, values);
        }
    }

    // Both slopes follow from the activation itself: relu' = [a > 0], tanh' = 1 - a^2.
    private void ScaleByActivationSlope(ReadOnlySpan<T> activated, Span<T> delta)
    {
        for (int i = 0; i < delta.Length; i++)
        {
            delta[i] = _spec.Activation == Activation.Relu
                ? (activated[i] > T.Zero ? delta[i] : T.Zero)
                : delta[i] * (T.One - (activated[i] * activated[i]));
        }
    }
}
