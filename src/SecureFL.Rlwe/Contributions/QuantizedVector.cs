using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Rlwe.Contributions;

/// <summary>The integers that a contribution carries, in the clear: what an opened sum is compared with.</summary>
public static class QuantizedVector
{
    /// <summary>
    /// Quantises the model elements of a vector exactly as <see cref="Contributions.ContributionEncryptor"/> does with
    /// the same rounding seed.
    /// </summary>
    /// <param name="parameters">The parameters of the round.</param>
    /// <param name="values">FloatLength values; at most 2^31 - 1 of them.</param>
    /// <param name="rounding">Nearest or stochastic.</param>
    /// <param name="roundingSeed">The contribution's rounding seed.</param>
    /// <exception cref="ArgumentException">Another length, or a value that is not finite.</exception>
    public static int[] Of(AggregationParameters parameters, ReadOnlySpan<float> values, Rounding rounding,
        ulong roundingSeed)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (values.Length != parameters.FloatLength)
        {
            throw new ArgumentException($"{values.Length} values, the parameters have {parameters.FloatLength}",
                nameof(values));
        }

        Quantizer quantizer = new(parameters.Bits, parameters.Clip, rounding, roundingSeed);
        int[] quantised = new int[values.Length];
        for (int start = 0, chunk = 0; start < values.Length; chunk++)
        {
            int length = parameters.FloatsIn(chunk);
            quantizer.BeginChunk(chunk);
            quantizer.Quantize(values.Slice(start, length), quantised.AsSpan(start, length));
            start += length;
        }

        return quantised;
    }
}
