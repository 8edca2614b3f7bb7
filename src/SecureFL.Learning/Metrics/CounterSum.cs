namespace SecureFL.Learning.Metrics;

/// <summary>Adds up opened counters, which may be anything that their contributors made up. Thread-safe.</summary>
internal static class CounterSum
{
    /// <summary>Their sum: 2^63 counters of any size fit.</summary>
    public static Int128 Of(ReadOnlySpan<long> counters)
    {
        Int128 sum = 0;
        foreach (long counter in counters)
        {
            sum += counter;
        }

        return sum;
    }

    /// <summary>The sum of counts of rows.</summary>
    /// <exception cref="ArgumentException">A count below 0, or a sum beyond 2^63: no rows have such counts.</exception>
    public static long OfRows(ReadOnlySpan<long> counts)
    {
        foreach (long count in counts)
        {
            if (count < 0)
            {
                throw new ArgumentException(FormattableString.Invariant($"a count of {count} rows"));
            }
        }

        Int128 sum = Of(counts);
        return sum <= long.MaxValue ? (long)sum
            : throw new ArgumentException(FormattableString.Invariant($"counts of {sum} rows"));
    }
}
