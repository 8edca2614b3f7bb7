namespace SecureFL.Learning.Rounds;

/// <summary>The bound on the elements of updates: what it cuts.</summary>
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
}
