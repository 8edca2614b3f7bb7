namespace SecureFL.Learning.Rounds;

/// <summary>Chooses the sites of a round. Thread-safe.</summary>
public static class ClientSampling
{
    /// <summary>
    /// <paramref name="count"/> of <paramref name="sites"/> sites, without replacement, in ascending order; all of them
    /// when the count is 0. Depends on seed and round alone.
    /// </summary>
    /// <exception cref="ArgumentException">More are asked for than there are.</exception>
    public static int[] Choose(int sites, int count, ulong seed, int round)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sites);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > sites)
        {
            throw new ArgumentException($"{count} sites a round of {sites}", nameof(count));
        }

        if (count == 0 || count == sites)
        {
            return [.. Enumerable.Range(0, sites)];
        }

        int[] chosen = SeededRandom.For(seed, "client-sampling", round).Permutation(sites)[..count];
        Array.Sort(chosen);
        return chosen;
    }
}
