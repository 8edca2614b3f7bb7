namespace SecureFL.Learning.Rounds;

/// <summary>
/// Error feedback (Seide et al. 2014; Karimireddy et al. 2019): what clipping and rounding took from a site's update is
/// kept at the site and added to its next one, so that coarse integers lose nothing for good. Counted in whole 2^-32 of
/// a quantisation step: what was sent and what is left add up exactly to what was intended. Immutable and thread-safe.
/// </summary>
public sealed class ErrorFeedback
{
    /// <summary>Bits behind the point of a number of quantisation steps.</summary>
    public const int FractionBits = 32;

    private const double Most = 1L << (FractionBits + 29);
    private readonly double _unit;

    /// <summary>Error feedback for updates that are quantised to multiples of <paramref name="step"/>.</summary>
    /// <param name="step">The distance of two quantised values, positive and finite.</param>
    public ErrorFeedback(double step)
    {
        if (!(step > 0) || !double.IsFinite(step))
        {
            throw new ArgumentOutOfRangeException(nameof(step), step, "a quantisation step is positive and finite");
        }

        _unit = step / (1L << FractionBits);
    }

    /// <summary>An update as it should arrive: with what is left from the rounds before.</summary>
    /// <param name="update">The update on the wire's scale.</param>
    /// <param name="residual">What is left; empty for nothing.</param>
    /// <returns>Units of 2^-32 steps; null where an element is no number or beyond 2^29 steps: such a residual grows
    /// without end.</returns>
    public long[]? Intend(ReadOnlySpan<float> update, ReadOnlySpan<long> residual)
    {
        if (!residual.IsEmpty && residual.Length != update.Length)
        {
            throw new ArgumentException($"a residual of {residual.Length} elements for an update of {update.Length}",
                nameof(residual));
        }

        long[] intended = new long[update.Length];
        for (int i = 0; i < intended.Length; i++)
        {
            double units = Math.Round(update[i] / _unit);
            if (!(Math.Abs(units) < Most) || Math.Abs(intended[i] = (long)units + (residual.IsEmpty ? 0 : residual[i]))
                >= Most)
            {
                return null;
            }
        }

        return intended;
    }

    /// <summary>What is given to the quantiser.</summary>
    public float[] ToValues(ReadOnlySpan<long> intended)
    {
        float[] values = new float[intended.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(intended[i] * _unit);
        }

        return values;
    }

    /// <summary>What is left when <paramref name="sent"/> was sent.</summary>
    /// <param name="intended">From <see cref="Intend"/>.</param>
    /// <param name="sent">The integers that the quantiser made of it.</param>
    public static long[] Left(ReadOnlySpan<long> intended, ReadOnlySpan<int> sent)
    {
        if (intended.Length != sent.Length)
        {
            throw new ArgumentException($"{sent.Length} integers for an update of {intended.Length} elements",
                nameof(sent));
        }

        long[] left = new long[intended.Length];
        for (int i = 0; i < left.Length; i++)
        {
            left[i] = intended[i] - ((long)sent[i] << FractionBits);
        }

        return left;
    }
}
