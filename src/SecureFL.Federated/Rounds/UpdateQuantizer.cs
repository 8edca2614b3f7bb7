using SecureFL.Encoding.Quantization;

namespace SecureFL.Federated.Rounds;

/// <summary>
/// How all sites of a run turn updates into integers: the quantiser of the encoding layer at one clip, width and rounding. Immutable and thread-safe.
/// </summary>
public sealed class UpdateQuantizer
{
    /// <summary>Widest integers for which <see cref="ToGrid"/> works.</summary>
    public const int MaxGridBits = 22;

    /// <summary>A quantiser.</summary>
    /// <exception cref="ArgumentException">Bits outside 4..24, or a clip that is not positive and finite.</exception>
    public UpdateQuantizer(float clip, int bits, Rounding rounding = Rounding.Stochastic)
    {
        _ = new Quantizer(bits, clip, rounding, 0);
        Clip = clip;
        Bits = bits;
        Rounding = rounding;
        Largest = (1 << (bits - 1)) - 1;
    }

    /// <summary>The bound on an element's magnitude.</summary>
    public float Clip { get; }

    /// <summary>Bits of an integer, sign included.</summary>
    public int Bits { get; }

    /// <summary>The rounding.</summary>
    public Rounding Rounding { get; }

    /// <summary>Q = 2^(bits-1) - 1, the largest integer.</summary>
    public int Largest { get; }

    /// <summary>Quantises <paramref name="values"/>; the seed decides on stochastic rounding alone.</summary>
    /// <exception cref="ArgumentException">A value that is not finite, named by its index, or too little room.</exception>
    public void Quantize(ReadOnlySpan<float> values, ulong roundingSeed, Span<int> destination)
    {
        if (destination.Length < values.Length)
        {
            throw new ArgumentException($"{destination.Length} integers for {values.Length} values", nameof(destination));
        }

        new Quantizer(Bits, Clip, Rounding, roundingSeed).Quantize(values, destination[..values.Length]);
    }

    /// <summary>Sums of integers as real numbers: sum * clip / Q.</summary>
    public void Dequantize(ReadOnlySpan<long> sums, Span<float> destination)
    {
        if (destination.Length < sums.Length)
        {
            throw new ArgumentException($"{destination.Length} numbers for {sums.Length} sums", nameof(destination));
        }

        double step = Clip / (double)Largest;
        for (int i = 0; i < sums.Length; i++)
        {
            destination[i] = (float)(sums[i] * step);
        }
    }

    /// <summary>
    /// The real numbers that integers of one contribution stand for. Quantising these again with <see cref="Rounding.Nearest"/> gives the same integers, which is how an
    /// encrypted run repeats the rounding of a plaintext one. Three roundings of relative size 2^-24 move an integer below 2^21 by less than one half.
    /// </summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxGridBits"/> bits, where single precision lacks some grid points, or too little room.</exception>
    public void ToGrid(ReadOnlySpan<int> integers, Span<float> destination)
    {
        if (Bits > MaxGridBits || destination.Length < integers.Length)
        {
            throw new ArgumentException($"{destination.Length} numbers for {integers.Length} integers of {Bits} bits, at most {MaxGridBits}", nameof(destination));
        }

        double step = Clip / (double)Largest;
        for (int i = 0; i < integers.Length; i++)
        {
            destination[i] = (float)(integers[i] * step);
        }
    }

    /// <summary>How many of <paramref name="values"/> exceed <paramref name="clip"/> in magnitude.</summary>
    public static long CountClipped(ReadOnlySpan<float> values, float clip)
    {
        long count = 0;
        foreach (float value in values)
        {
            count += MathF.Abs(value) > clip ? 1 : 0;
        }

        return count;
    }

    /// <summary>A clip that leaves room above the given sample of updates: twice their largest magnitude, rounded up to a power of two.</summary>
    public static float SuggestClip(IEnumerable<float[]> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        double largest = updates.SelectMany(update => update).Select(value => Math.Abs((double)value)).DefaultIfEmpty(0).Max();
        return largest > 0 && double.IsFinite(largest) ? (float)Math.Pow(2, Math.Ceiling(Math.Log2(2 * largest))) : 1f;
    }
}
