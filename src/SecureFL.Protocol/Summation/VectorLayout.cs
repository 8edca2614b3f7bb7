using System.Numerics.Tensors;
using SecureFL.Messages.Counters;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Protocol.Summation;

/// <summary>
/// Cuts a client's vector and counters into chunks, and scales the vector by its weight. Immutable, thread-safe.
/// </summary>
internal sealed class VectorLayout(AggregationPlan plan)
{
    private readonly AggregationParameters _parameters = plan.Parameters;
    private readonly CounterLayout _counters = plan.Settings.Counters;

    public void RequireLength(ReadOnlySpan<float> vector)
    {
        if (vector.Length != _parameters.FloatLength)
        {
            throw new ArgumentException(
                $"the plan's vectors have {_parameters.FloatLength} values, not {vector.Length}", nameof(vector));
        }
    }

    public int[] SplitCounters(ReadOnlySpan<long> values)
    {
        int[] elements = new int[_parameters.IntegerLength];
        _counters.Split(values, _parameters.Bits, elements);
        return elements;
    }

    /// <summary>w / W, with w the weight, clamped to at most W by the counter's own bound; 1 without weights.</summary>
    public float ScaleFor(ReadOnlySpan<long> values)
    {
        if (_counters.MaxWeight == 0)
        {
            return 1;
        }

        return values[0] >= 0 ? (float)((double)values[0] / _counters.MaxWeight)
            : throw new ArgumentException("a weight is not negative", nameof(values));
    }

    public ReadOnlySpan<float> Floats(long chunk, ReadOnlySpan<float> vector) =>
        vector.Slice((int)Math.Min(vector.Length, chunk * _parameters.ElementsPerChunk), _parameters.FloatsIn(chunk));

    public ReadOnlySpan<int> Integers(long chunk, ReadOnlySpan<int> integers)
    {
        long first = Math.Max(0, (chunk * _parameters.ElementsPerChunk) - _parameters.FloatLength);
        return integers.Slice((int)Math.Min(integers.Length, first), _parameters.IntegersIn(chunk));
    }

    public static ReadOnlySpan<float> Scale(ReadOnlySpan<float> values, float scale, Span<float> scaled)
    {
        if (scale == 1)
        {
            return values;
        }

        TensorPrimitives.Multiply(values, scale, scaled);
        return scaled[..values.Length];
    }
}
