using System.Collections.Immutable;

namespace SecureFL.Federated.Rounds;

/// <summary>
/// Carries signed counters as integers of b bits: the magnitude is cut into limbs of b - 1 bits, each limb takes the counter's sign. Every limb obeys
/// |limb| &lt;= 2^(b-1) - 1, the bound of a quantised element, and sums of limbs recombine to the exact sum of counters.
/// </summary>
public static class CounterLimbs
{
    /// <summary>Limbs that counters of the given magnitudes take together.</summary>
    /// <exception cref="ArgumentException">A magnitude outside 1..62 bits, or <paramref name="elementBits"/> outside 2..32.</exception>
    public static int Count(ReadOnlySpan<int> counterBits, int elementBits)
    {
        int total = 0;
        foreach (int bits in counterBits)
        {
            total = checked(total + CountOf(bits, elementBits));
        }

        return total;
    }

    /// <summary>Cuts counters into limbs, least significant first.</summary>
    /// <exception cref="ArgumentException">Lengths that do not fit, or a counter beyond its bits.</exception>
    public static void Split(ReadOnlySpan<long> counters, ReadOnlySpan<int> counterBits, int elementBits, Span<int> limbs)
    {
        CheckLengths(counters.Length, counterBits, elementBits, limbs.Length);
        int at = 0;
        long mask = (1L << (elementBits - 1)) - 1;
        for (int c = 0; c < counters.Length; c++)
        {
            long magnitude = Math.Abs(counters[c]);
            if (magnitude >> counterBits[c] != 0)
            {
                throw new ArgumentException($"counter {c} is {counters[c]}, at most {counterBits[c]} bits are planned for it", nameof(counters));
            }

            for (int limb = CountOf(counterBits[c], elementBits); limb > 0; limb--)
            {
                int digit = (int)(magnitude & mask);
                limbs[at++] = counters[c] < 0 ? -digit : digit;
                magnitude >>= elementBits - 1;
            }
        }
    }

    /// <summary>Puts the sums of limbs together to the sums of counters.</summary>
    /// <exception cref="ArgumentException">Lengths that do not fit.</exception>
    /// <exception cref="OverflowException">A sum exceeds 64 bits.</exception>
    public static void Recombine(ReadOnlySpan<long> limbSums, ReadOnlySpan<int> counterBits, int elementBits, Span<long> counters)
    {
        CheckLengths(counters.Length, counterBits, elementBits, limbSums.Length);
        int at = 0;
        for (int c = 0; c < counters.Length; c++)
        {
            int limbs = CountOf(counterBits[c], elementBits);
            Int128 total = 0;
            for (int limb = limbs - 1; limb >= 0; limb--)
            {
                total = (total << (elementBits - 1)) + limbSums[at + limb];
            }

            counters[c] = checked((long)total);
            at += limbs;
        }
    }

    private static int CountOf(int bits, int elementBits)
    {
        if (elementBits is < 2 or > 32)
        {
            throw new ArgumentException($"elements of {elementBits} bits, 2 to 32 are accepted", nameof(elementBits));
        }

        return bits is >= 1 and <= 62
            ? (bits + elementBits - 2) / (elementBits - 1)
            : throw new ArgumentException($"a counter of {bits} bits, 1 to 62 are accepted", nameof(bits));
    }

    private static void CheckLengths(int counters, ReadOnlySpan<int> counterBits, int elementBits, int limbs)
    {
        int expected = Count(counterBits, elementBits);
        if (counters != counterBits.Length || limbs != expected)
        {
            throw new ArgumentException($"{counters} counters and {limbs} limbs, the layout has {counterBits.Length} and {expected}");
        }
    }
}
