using System.Collections.Immutable;
using SecureFL.Aggregation;
using SecureFL.Encoding.Planning;
using SecureFL.Encoding.Quantization;
using SecureFL.Federated.Rounds;

namespace SecureFL.Federated.SecureSums;

/// <summary>
/// How contributions of one shape lie in the integers of a plan: the quantised update, then the counters' digits. A counter wider than a plan's counters
/// may be travels in two parts. The same for encrypted sums and their plaintext reference. Immutable and thread-safe.
/// </summary>
internal sealed class SumLayout
{
    private const int WidestCounterBits = 47;
    private const int LowPartBits = 30;

    private readonly ImmutableArray<int> _counterBits;
    private readonly Rounding _rounding;

    public SumLayout(int floats, ImmutableArray<int> counterBits, EncryptedSumOptions options)
    {
        _counterBits = counterBits;
        _rounding = options.Rounding;
        Floats = floats;
        List<Counter> counters = [];
        for (int i = 0; i < counterBits.Length; i++)
        {
            if (counterBits[i] <= WidestCounterBits)
            {
                counters.Add(new Counter($"c{i}", (1L << counterBits[i]) - 1));
            }
            else
            {
                counters.Add(new Counter($"c{i}.low", (1L << LowPartBits) - 1));
                counters.Add(new Counter($"c{i}.high", (1L << (counterBits[i] - LowPartBits)) - 1));
            }
        }

        Counters = new CounterLayout(0, [.. counters]);
        Parameters = AggregationPlanner.Plan(new PlanningRequest(
            floats, options.Bits, options.Clip, options.Sites, Counters.ElementCount(options.Bits), options.KeyHolders));
    }

    public int Floats { get; }

    public CounterLayout Counters { get; }

    public AggregationParameters Parameters { get; }

    public int Length => checked((int)Parameters.VectorLength);

    /// <summary>Plan counters that <paramref name="counterBits"/> take.</summary>
    public static int CountOf(IEnumerable<int> counterBits) => counterBits.Sum(bits => bits <= WidestCounterBits ? 1 : 2);

    /// <summary>The seed of one site's rounding in one round: a function of the user's seed, the round and the site.</summary>
    public static ulong RoundingSeed(SecureSumRequest request, SiteContribution contribution) =>
        QuantizedPlaintextSum.RoundingStream(request, contribution).NextUInt64();

    /// <summary>The plan's counters from the contribution's.</summary>
    public long[] ToPlan(ReadOnlySpan<long> counters)
    {
        List<long> values = [];
        for (int i = 0; i < counters.Length; i++)
        {
            if (_counterBits[i] <= WidestCounterBits)
            {
                values.Add(counters[i]);
                continue;
            }

            long magnitude = Math.Abs(counters[i]);
            long sign = Math.Sign(counters[i]);
            values.Add(sign * (magnitude & ((1L << LowPartBits) - 1)));
            values.Add(sign * (magnitude >> LowPartBits));
        }

        return [.. values];
    }

    /// <summary>Adds to <paramref name="sums"/> the integers that the contribution carries.</summary>
    public void AddIntegers(SecureSumRequest request, SiteContribution contribution, Span<long> sums)
    {
        int[] integers = new int[Length];
        QuantizedVector.Of(Parameters, contribution.Update, _rounding, RoundingSeed(request, contribution)).CopyTo(integers, 0);
        Counters.Split(ToPlan(contribution.Counters), Parameters.Bits, integers.AsSpan(Floats));
        for (int i = 0; i < integers.Length; i++)
        {
            sums[i] += integers[i];
        }
    }

    /// <summary>Reads opened integers: real sums and counters.</summary>
    public SecureSumResult Read(ReadOnlySpan<long> sums, IEnumerable<string> contributors)
    {
        float[] values = new float[Floats];
        double step = Parameters.Step;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(sums[i] * step);
        }

        return new SecureSumResult
        {
            Sum = values,
            Counters = FromPlan(Counters.Combine(sums[Floats..], Parameters.Bits)),
            Contributors = [.. contributors],
            QuantisedSum = sums[..Floats].ToArray(),
        };
    }

    private long[] FromPlan(long[] sums)
    {
        long[] counters = new long[_counterBits.Length];
        int next = 0;
        for (int i = 0; i < counters.Length; i++)
        {
            counters[i] = sums[next++];
            if (_counterBits[i] > WidestCounterBits)
            {
                counters[i] = checked(counters[i] + (sums[next++] << LowPartBits));
            }
        }

        return counters;
    }
}
