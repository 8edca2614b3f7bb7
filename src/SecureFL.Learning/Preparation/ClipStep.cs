using SecureFL.Learning.Models;

namespace SecureFL.Learning.Preparation;

/// <summary>
/// Finds the clip of some tensors: every site trains once from the initial model and counts itself, for each tensor,
/// into the bin of the power of two that its largest weighted update element has. The clip leaves room above the
/// largest bin that a site is in: at least twice that element.
/// </summary>
internal sealed class ClipStep : PreparationStep
{
    /// <summary>Bins of a counter: 17 bits each, and 2^16 sites do not spill over.</summary>
    private const int BinsPerCounter = 3;
    private const int BinBits = 17;
    private const int LeastExponent = -40;
    private const int MostExponent = 25;
    private const int CountersPerTensor = (MostExponent - LeastExponent + 1) / BinsPerCounter;
    private readonly ModelLayout _layout;
    private readonly int _first;
    private readonly int _count;

    internal ClipStep(ModelLayout layout, int first, int count)
    {
        _layout = layout;
        _first = first;
        _count = count;
    }

    /// <inheritdoc/>
    public override string Name => "clips";

    /// <inheritdoc/>
    public override int Length => CountersPerTensor * _count;

    /// <inheritdoc/>
    public override IEnumerable<string> Asks => ["the largest elements of the first update"];

    /// <inheritdoc/>
    public override bool Trains => true;

    /// <summary>Tensors that fit that many counters, at least one.</summary>
    internal static int TensorsIn(int counters) => Math.Max(1, counters / CountersPerTensor);

    /// <inheritdoc/>
    public override async ValueTask<long[]> ContributeAsync(PreparingSite site, PreparedState state,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(site);
        float[] update = await site.FirstUpdate(state, cancellationToken).ConfigureAwait(false);
        long[] counters = new long[Length];
        for (int t = 0; t < _count; t++)
        {
            TensorSlot slot = _layout.Tensors[_first + t];
            if (ExponentOf(update.AsSpan(slot.Offset, slot.Length)) is int exponent)
            {
                int bin = Math.Clamp(exponent, LeastExponent, MostExponent) - LeastExponent;
                counters[(t * CountersPerTensor) + (bin / BinsPerCounter)] = 1L << (BinBits * (bin % BinsPerCounter));
            }
        }

        return counters;
    }

    /// <inheritdoc/>
    internal override void Read(ReadOnlySpan<long> totals, PreparationReading reading)
    {
        for (int t = 0; t < _count; t++)
        {
            int? largest = null;
            long sites = 0;
            for (int bin = MostExponent - LeastExponent; bin >= 0; bin--)
            {
                long counter = totals[(t * CountersPerTensor) + (bin / BinsPerCounter)];
                if (counter >> (BinBits * BinsPerCounter) != 0)
                {
                    throw new ArgumentException(FormattableString.Invariant(
                        $"tensor {_layout.Tensors[_first + t].Name}: {counter} is no count of sites"));
                }

                long here = (counter >> (BinBits * (bin % BinsPerCounter))) & ((1L << BinBits) - 1);
                sites += here;
                largest ??= here > 0 ? bin : null;
            }

            // A site without an update of the tensor, or without rows, is in no bin.
            if (sites > reading.Contributors.Most)
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"tensor {_layout.Tensors[_first + t].Name}: updates of {sites} sites, to which ")
                    + $"{reading.Contributors} contributed");
            }

            if (largest is int top)
            {
                reading.Clip(_first + t, MathF.ScaleB(1, top + LeastExponent + 2));
            }
        }

        reading.Tensors += _count;
    }

    // e of the largest element's magnitude in [2^e, 2^(e+1)); null where all are 0.
    private static int? ExponentOf(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        return largest > 0 ? MathF.ILogB(largest) : null;
    }
}
