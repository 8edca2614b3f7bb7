namespace SecureFL.Federated.Rounds;

/// <summary>How real numbers become integers.</summary>
public enum QuantizerRounding
{
    /// <summary>To the nearest integer, halves to the even one.</summary>
    Nearest,

    /// <summary>Up or down at random so that the expectation is the number itself.</summary>
    Stochastic,
}

/// <summary>
/// The symmetric quantiser of the plaintext reference: q = round(clamp(x, -clip, clip) * Q / clip) with Q = 2^(bits-1) - 1. Immutable and thread-safe.
/// </summary>
public sealed class UpdateQuantizer
{
    /// <summary>A quantiser.</summary>
    /// <exception cref="ArgumentException">Bits outside 4..24, or a clip that is not positive and finite.</exception>
    public UpdateQuantizer(float clip, int bits, QuantizerRounding rounding = QuantizerRounding.Stochastic)
    {
        if (bits is < 4 or > 24)
        {
            throw new ArgumentException($"{bits} bits, 4 to 24 are accepted", nameof(bits));
        }

        if (!(clip > 0) || !float.IsFinite(clip))
        {
            throw new ArgumentException($"a clip of {clip}, it must be positive", nameof(clip));
        }

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
    public QuantizerRounding Rounding { get; }

    /// <summary>Q, the largest integer.</summary>
    public int Largest { get; }

    /// <summary>Quantises <paramref name="values"/>.</summary>
    /// <exception cref="ArgumentException">A value that is not finite, named by its index; nothing has been written beyond it.</exception>
    public void Quantize(ReadOnlySpan<float> values, SeededRandom random, Span<int> destination)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (destination.Length < values.Length)
        {
            throw new ArgumentException($"{destination.Length} integers for {values.Length} values", nameof(destination));
        }

        double scale = Largest / (double)Clip;
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException($"element {i} is {values[i]}", nameof(values));
            }

            double scaled = Math.Clamp(values[i], -Clip, Clip) * scale;
            double rounded = Rounding == QuantizerRounding.Nearest ? Math.Round(scaled) : Math.Floor(scaled + random.NextDouble());
            destination[i] = (int)Math.Clamp(rounded, -Largest, Largest);
        }
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
