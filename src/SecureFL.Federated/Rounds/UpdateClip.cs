namespace SecureFL.Federated.Rounds;

/// <summary>The bound on the elements of updates: how to choose one, and what it cuts.</summary>
public static class UpdateClip
{
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
    public static float Suggest(IEnumerable<float[]> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        double largest = updates.SelectMany(update => update).Select(value => Math.Abs((double)value)).DefaultIfEmpty(0).Max();
        return largest > 0 && double.IsFinite(largest) ? (float)Math.Pow(2, Math.Ceiling(Math.Log2(2 * largest))) : 1f;
    }
}
