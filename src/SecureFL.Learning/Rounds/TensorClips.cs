using System.Collections.Immutable;
using System.Numerics.Tensors;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// A bound for each tensor's update elements where the vector on the wire has one: tensor t is multiplied by wire clip
/// / clip_t before it is quantised, and divided by that after opening. Immutable and thread-safe.
/// </summary>
public sealed class TensorClips
{
    private readonly ModelLayout _layout;

    /// <summary>One bound a tensor, in the order of the layout; or one for all of them.</summary>
    /// <exception cref="ArgumentException">Another number of bounds, or one that is not positive and
    /// finite.</exception>
    public TensorClips(ModelLayout layout, ImmutableArray<float> clips)
    {
        ArgumentNullException.ThrowIfNull(layout);
        Values = clips.Length == 1 ? [.. Enumerable.Repeat(clips[0], layout.Tensors.Length)] : clips;
        if (Values.Length != layout.Tensors.Length
            || Values.Any(clip => !(clip > 0) || !float.IsNormal(clip) || !float.IsNormal(1 / clip)))
        {
            throw new ArgumentException(
                $"clips {string.Join(", ", clips)} for {layout.Tensors.Length} tensors: one for each, or one for "
                + $"all, above 0 and finite", nameof(clips));
        }

        _layout = layout;
    }

    /// <summary>The bounds in the order of the layout's tensors.</summary>
    public ImmutableArray<float> Values { get; }

    /// <summary>Brings an update to the range of the wire, in place.</summary>
    public void Scale(Span<float> update, float wireClip)
    {
        for (int t = 0; t < Values.Length; t++)
        {
            Span<float> part = Part(update, t);
            TensorPrimitives.Multiply(part, wireClip / Values[t], part);
        }
    }

    /// <summary>Brings a sum back, in place.</summary>
    public void Unscale(Span<float> sum, float wireClip)
    {
        for (int t = 0; t < Values.Length; t++)
        {
            Span<float> part = Part(sum, t);
            TensorPrimitives.Multiply(part, Values[t] / wireClip, part);
        }
    }

    /// <summary>
    /// Where quantisation is coarsest: its step over the root mean square of the elements of a mean update, the largest
    /// over the tensors where that could matter.
    /// </summary>
    /// <param name="meanUpdate">The mean update in the units of the weights.</param>
    /// <param name="bits">Bits of a quantised element.</param>
    /// <param name="weights">The weights that it changes; empty where they are not known.</param>
    /// <returns>The tensor and its figures; null where no element is other than 0, or none of them could
    /// matter.</returns>
    public QuantisationGrain? Coarsest(ReadOnlySpan<float> meanUpdate, int bits, ReadOnlySpan<float> weights = default)
    {
        double[] typical = new double[Values.Length];
        double[] own = new double[Values.Length];
        for (int t = 0; t < typical.Length; t++)
        {
            typical[t] = Typical(meanUpdate, t);
            own[t] = weights.IsEmpty ? 0 : Typical(weights, t);
        }

        QuantisationGrain? coarsest = null;
        for (int t = 0; t < typical.Length; t++)
        {
            QuantisationGrain grain = new(_layout.Tensors[t].Name, Values[t] / ((1 << (bits - 1)) - 1), typical[t]);
            if (typical[t] > 0
                && !IsNegligible(grain, typical.Max(), own[t], own.Max())
                && (coarsest is null || grain.StepOverUpdate > coarsest.StepOverUpdate))
            {
                coarsest = grain;
            }
        }

        return coarsest;
    }

    /// <summary>
    /// The tensor with the largest share of elements beyond its bound, of updates on the wire. Only whoever has the
    /// updates, as a simulation, can look.
    /// </summary>
    /// <param name="updates">Updates as <see cref="Scale"/> leaves them.</param>
    /// <param name="wireClip">The wire's bound.</param>
    /// <returns>The tensor; null where nothing is beyond a bound.</returns>
    public ClippedTensor? MostClipped(IEnumerable<float[]> updates, float wireClip)
    {
        ArgumentNullException.ThrowIfNull(updates);
        long[] beyond = new long[Values.Length];
        double largest = 0;
        int count = 0;
        foreach (float[] update in updates)
        {
            count++;
            for (int t = 0; t < Values.Length; t++)
            {
                TensorSlot slot = _layout.Tensors[t];
                for (int i = slot.Offset; i < slot.Offset + slot.Length; i++)
                {
                    double magnitude = Math.Abs((double)update[i]);
                    if (magnitude > wireClip)
                    {
                        beyond[t]++;
                        largest = Math.Max(largest, magnitude * Values[t] / wireClip);
                    }
                }
            }
        }

        double Share(int t) => beyond[t] == 0 ? 0 : beyond[t] / ((double)count * _layout.Tensors[t].Length);
        int most = Enumerable.Range(0, Values.Length).MaxBy(Share);
        return beyond[most] == 0 ? null : new ClippedTensor(_layout.Tensors[most].Name, Share(most), largest);
    }

    // A step does harm by what it swallows (the update) and by what rounding adds (up to a step). Next to the tensor
    // that moves most, an update below a thousandth is not missed, and a step no larger than that tensor's update adds
    // no more than training itself moves: a bias whose updates cancel over the sites is such a tensor, and is rightly
    // still. Next to the tensor's own weights, an update below a thousandth tells of training that has come to its end,
    // and a step of at most three thousandths, a sixth of which rounding at three sites adds, does not spoil the third
    // digit; nor does a step of a hundred-thousandth of the weights that dominate.
    private static bool IsNegligible(QuantisationGrain grain, double largestUpdate, double weight,
        double largestWeight) =>
        (grain.Update < 1e-3 * largestUpdate && grain.Step <= largestUpdate)
        || (grain.Update < 1e-3 * weight && grain.Step <= 3e-3 * weight)
        || (grain.Update < 1e-3 * largestWeight && grain.Step <= 1e-5 * largestWeight);

    // The root mean square of a tensor's elements; 0 for none.
    private double Typical(ReadOnlySpan<float> vector, int tensor)
    {
        TensorSlot slot = _layout.Tensors[tensor];
        return slot.Length == 0 ? 0 : TensorPrimitives.Norm(vector.Slice(slot.Offset, slot.Length))
            / Math.Sqrt(slot.Length);
    }

    private Span<float> Part(Span<float> vector, int tensor) =>
        vector.Slice(_layout.Tensors[tensor].Offset, _layout.Tensors[tensor].Length);
}

/// <summary>How coarse the quantisation of one tensor is.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Step">The distance of two quantised values, in the units of the weights.</param>
/// <param name="Update">Root mean square of the elements of the update.</param>
public sealed record QuantisationGrain(string Tensor, double Step, double Update)
{
    /// <summary>Above 1, the step exceeds the typical element.</summary>
    public double StepOverUpdate => Step / Update;
}

/// <summary>How much of one tensor's updates is clipped.</summary>
/// <param name="Tensor">The tensor of the largest share.</param>
/// <param name="Share">Its clipped elements' share of its elements, 0 to 1.</param>
/// <param name="Largest">The largest magnitude among the clipped elements of all tensors, in the units of the
/// weights.</param>
public sealed record ClippedTensor(string Tensor, double Share, double Largest);
