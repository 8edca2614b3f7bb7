using System.Collections.Immutable;
using System.Numerics;

namespace SecureFL.Rlwe.Packing;

/// <summary>
/// How the integers of one coefficient stand side by side: lane l holds a balanced digit of odd radix B_l, |v_l| &lt;=
/// (B_l - 1)/2, and the message is m = v_0 + v_1 B_0 + v_2 B_0 B_1 + ... (mixed radix). Neighbouring lanes are gathered
/// in words of radix at most 2^46 so that a word is an exact double. Immutable, thread-safe.
/// </summary>
public sealed class LaneLayout
{
    internal const int MaxWordBits = 46;

    /// <summary>A layout of one or more lanes.</summary>
    /// <exception cref="ArgumentException">A radix is even, below 3 or above 2^46.</exception>
    public LaneLayout(ImmutableArray<long> radices)
    {
        if (radices.IsDefaultOrEmpty || radices.Any(r => r < 3 || r % 2 == 0 || r > 1L << MaxWordBits))
        {
            throw new ArgumentException($"lane rule: every radix is odd, from 3 to 2^{MaxWordBits}", nameof(radices));
        }

        Radices = radices;
        Range = radices.Aggregate(BigInteger.One, (product, r) => product * r);
        ImmutableArray<int>.Builder lanes = ImmutableArray.CreateBuilder<int>();
        ImmutableArray<long>.Builder words = ImmutableArray.CreateBuilder<long>();
        foreach (long radix in radices)
        {
            if (words.Count > 0 && (BigInteger)words[^1] * radix <= BigInteger.One << MaxWordBits)
            {
                words[^1] *= radix;
                lanes[^1]++;
            }
            else
            {
                words.Add(radix);
                lanes.Add(1);
            }
        }

        WordRadices = words.ToImmutable();
        LanesPerWord = lanes.ToImmutable();
    }

    /// <summary>B_l, lowest lane first.</summary>
    public ImmutableArray<long> Radices { get; }

    /// <summary>Number of lanes.</summary>
    public int Lanes => Radices.Length;

    /// <summary>The product of all radices: m takes this many values, centred at 0.</summary>
    public BigInteger Range { get; }

    internal ImmutableArray<long> WordRadices { get; }

    internal ImmutableArray<int> LanesPerWord { get; }

    /// <summary>Lanes of one radix.</summary>
    public static LaneLayout Uniform(int lanes, long radix) => new([.. Enumerable.Repeat(radix, lanes)]);
}
