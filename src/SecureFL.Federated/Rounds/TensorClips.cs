using System.Collections.Immutable;
using System.Numerics.Tensors;
using SecureFL.Federated.Models;

namespace SecureFL.Federated.Rounds;

/// <summary>
/// A bound for each tensor's update elements where the vector on the wire has one: tensor t is multiplied by wire clip / clip_t before it is quantised, and divided by
/// that after opening. Immutable and thread-safe.
/// </summary>
public sealed class TensorClips
{
    private readonly ModelLayout _layout;

    /// <summary>One bound a tensor, in the order of the layout; or one for all of them.</summary>
    /// <exception cref="ArgumentException">Another number of bounds, or one that is not positive and finite.</exception>
    public TensorClips(ModelLayout layout, ImmutableArray<float> clips)
    {
        ArgumentNullException.ThrowIfNull(layout);
        Values = clips.Length == 1 ? [.. Enumerable.Repeat(clips[0], layout.Tensors.Length)] : clips;
        if (Values.Length != layout.Tensors.Length || Values.Any(clip => !(clip > 0) || !float.IsNormal(clip) || !float.IsNormal(1 / clip)))
        {
            throw new ArgumentException($"clips {string.Join(", ", clips)} for {layout.Tensors.Length} tensors: one for each, or one for all, above 0 and finite", nameof(clips));
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

    /// <summary>Where quantisation is coarsest: its step over the root mean square of the elements of a mean update, the largest over tensors.</summary>
    /// <param name="meanUpdate">The mean update in the units of the weights.</param>
    /// <param name="bits">Bits of a quantised element.</param>
    /// <returns>The tensor and its figures; null where no element is other than 0.</returns>
    public QuantisationGrain? Coarsest(ReadOnlySpan<float> meanUpdate, int bits)
    {
        QuantisationGrain? coarsest = null;
        for (int t = 0; t < Values.Length; t++)
        {
            TensorSlot slot = _layout.Tensors[t];
            double typical = slot.Length == 0 ? 0 : TensorPrimitives.Norm(meanUpdate.Slice(slot.Offset, slot.Length)) / Math.Sqrt(slot.Length);
            QuantisationGrain grain = new(slot.Name, Values[t] / ((1 << (bits - 1)) - 1), typical);
            if (typical > 0 && (coarsest is null || grain.StepOverUpdate > coarsest.StepOverUpdate))
            {
                coarsest = grain;
            }
        }

        return coarsest;
    }

    private Span<float> Part(Span<float> vector, int tensor) => vector.Slice(_layout.Tensors[tensor].Offset, _layout.Tensors[tensor].Length);
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
