using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SecureFL.Rlwe.Quantization;

/// <summary>
/// The fast generator of stochastic rounding: eight xorshift128+ columns (Vigna, 2017) side by side. Not cryptographic:
/// it decides on rounding only, and what it rounds is encrypted. Seeded for each chunk, so that results do not depend
/// on the order of chunks or on the vector width. Not thread-safe.
/// </summary>
internal sealed class RoundingGenerator
{
    internal const int Columns = 8;
    private readonly ulong[] _first = new ulong[Columns];
    private readonly ulong[] _second = new ulong[Columns];

    internal void Seed(ulong seed, ulong chunk)
    {
        // SplitMix64 (Steele, Lea, Flood, 2014) over (seed, chunk); state (0, 0) cannot repeat in both words.
        ulong state = seed ^ (chunk * 0xD1342543DE82EF95UL);
        for (int i = 0; i < Columns; i++)
        {
            _first[i] = SplitMix(ref state);
            _second[i] = SplitMix(ref state) | 1;
        }
    }

    internal void Load(int column, out Vector<ulong> first, out Vector<ulong> second)
    {
        first = new Vector<ulong>(_first, column);
        second = new Vector<ulong>(_second, column);
    }

    internal void Save(int column, Vector<ulong> first, Vector<ulong> second)
    {
        first.CopyTo(_first, column);
        second.CopyTo(_second, column);
    }

    /// <summary>The next output of the loaded columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<ulong> Next(ref Vector<ulong> s1, ref Vector<ulong> s0)
    {
        Vector<ulong> random = s0 + s1;
        s1 ^= s1 << 23;
        (s1, s0) = (s0, s1 ^ s0 ^ (s1 >> 18) ^ (s0 >> 5));
        return random;
    }

    internal void Load(out Vector512<ulong> first, out Vector512<ulong> second)
    {
        first = Vector512.Create<ulong>(_first);
        second = Vector512.Create<ulong>(_second);
    }

    internal void Save(Vector512<ulong> first, Vector512<ulong> second)
    {
        first.CopyTo(_first);
        second.CopyTo(_second);
    }

    /// <summary>The step of all columns after an output, the sum of the two words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Step(ref Vector512<ulong> s1, ref Vector512<ulong> s0)
    {
        s1 ^= s1 << 23;
        (s1, s0) = (s0, s1 ^ s0 ^ (s1 >>> 18) ^ (s0 >>> 5));
    }

    private static ulong SplitMix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
