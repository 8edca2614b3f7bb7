using System.Collections.Immutable;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Seal.Parameters;

/// <summary>The primes that SEAL picks for a list of bit sizes.</summary>
public static class SealPrimes
{
    /// <summary>
    /// For each size the largest primes of that many bits that are 1 mod 2N, as many as the list asks for; they are
    /// handed out from the smallest to the largest, in the order of the list.
    /// </summary>
    /// <exception cref="ArgumentException">There are too few primes of a size, or a size is outside 12 to
    /// 60.</exception>
    public static ImmutableArray<ulong> Create(int ringDegree, params ReadOnlySpan<int> bitSizes)
    {
        Dictionary<int, Stack<ulong>> bySize = [];
        foreach (IGrouping<int, int> size in bitSizes.ToArray().GroupBy(bits => bits))
        {
            bySize[size.Key] = new Stack<ulong>(
                Primality.LargestPrimes(size.Key, ringDegree, size.Count()).Select(p => p.Value));
        }

        ImmutableArray<ulong>.Builder primes = ImmutableArray.CreateBuilder<ulong>(bitSizes.Length);
        foreach (int bits in bitSizes)
        {
            primes.Add(bySize[bits].Pop());
        }

        return primes.MoveToImmutable();
    }
}
