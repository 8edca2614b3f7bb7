using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Counters;

/// <summary>
/// Lays counters into the integer elements of a contribution. An element holds |q| at most 2^(b-1) - 1, so a counter is
/// written in the digits of its magnitude to the radix 2^(b-1), each with the counter's sign; digit sums recombine
/// linearly: sum_j 2^((b-1)j) * sum_i d_ij. Immutable.
/// </summary>
public sealed class CounterLayout
{
    /// <summary>Largest magnitude of a counter: 2^16 clients of it still sum below 2^63.</summary>
    public const long LargestMagnitude = 1L << 47;

    /// <summary>The layout's name for the sample weight, when there is one: the first counter.</summary>
    public const string WeightName = "weight";

    /// <summary>Lays out the given counters.</summary>
    /// <param name="maxWeight">W: clients scale their vectors by weight / W, and the weight is summed as the first
    /// counter; 0: unweighted.</param>
    /// <param name="counters">The other counters.</param>
    public CounterLayout(long maxWeight, params ReadOnlySpan<Counter> counters)
    {
        MaxWeight = maxWeight;
        Counters = maxWeight == 0 ? [.. counters] : [new Counter(WeightName, maxWeight), .. counters];
    }

    private CounterLayout(long maxWeight, ImmutableArray<Counter> all)
    {
        MaxWeight = maxWeight;
        Counters = all;
    }

    /// <summary>No counters, no weight.</summary>
    public static CounterLayout Empty { get; } = new(0);

    /// <summary>W, or 0.</summary>
    public long MaxWeight { get; }

    /// <summary>All counters, the weight first when there is one.</summary>
    public ImmutableArray<Counter> Counters { get; }

    /// <summary>Integer elements that the layout takes at <paramref name="bits"/> bits a value.</summary>
    public int ElementCount(int bits) => Counters.Sum(counter => Digits(counter, bits));

    /// <summary>Writes the values' digits.</summary>
    /// <param name="values">One value a counter, in order.</param>
    /// <param name="bits">b.</param>
    /// <param name="elements">Receives <see cref="ElementCount"/> elements.</param>
    /// <exception cref="ArgumentException">A wrong count, or a value beyond its counter's magnitude.</exception>
    public void Split(ReadOnlySpan<long> values, int bits, Span<int> elements)
    {
        if (values.Length != Counters.Length)
        {
            throw new ArgumentException(
                $"the plan has {Counters.Length} counters (the weight included), not {values.Length}", nameof(values));
        }

        int next = 0;
        for (int i = 0; i < values.Length; i++)
        {
            Counter counter = Counters[i];
            if (values[i] < -counter.MaxMagnitude || values[i] > counter.MaxMagnitude)
            {
                throw new ArgumentException(
                    $"counter '{counter.Name}' is beyond its plan magnitude {counter.MaxMagnitude}", nameof(values));
            }

            long magnitude = Math.Abs(values[i]);
            int sign = Math.Sign(values[i]);
            for (int digit = 0; digit < Digits(counter, bits); digit++)
            {
                elements[next++] = sign * (int)(magnitude & ((1L << (bits - 1)) - 1));
                magnitude >>= bits - 1;
            }
        }
    }

    /// <summary>The counters' sums from the sums of their digits.</summary>
    /// <param name="digitSums"><see cref="ElementCount"/> sums.</param>
    /// <param name="bits">b.</param>
    /// <param name="contributors">How many clients' digits were added. A client whose program ignores the plan can put
    /// more into a digit than its counter allows, and nobody sees it before the sum is open.</param>
    /// <exception cref="ProtocolViolationException">A sum that so many clients within the plan's magnitudes cannot add
    /// up to: names the counter.</exception>
    public long[] Combine(ReadOnlySpan<long> digitSums, int bits, int contributors)
    {
        long[] sums = new long[Counters.Length];
        int next = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            // Digit sums of any 64 bits, shifted by at most 46, are below 2^112.
            Int128 sum = 0;
            for (int digit = 0; digit < Digits(Counters[i], bits); digit++)
            {
                sum += (Int128)digitSums[next++] << ((bits - 1) * digit);
            }

            Int128 most = Int128.Min((Int128)contributors * Counters[i].MaxMagnitude, long.MaxValue);
            sums[i] = Int128.Abs(sum) <= most ? (long)sum : throw new ProtocolViolationException(
                ViolationCode.OutOfRange, Party.Peer,
                $"a sum of the counter '{Counters[i].Name}' of at most {most} in magnitude, {contributors} clients "
                + $"with {Counters[i].MaxMagnitude} each", sum.ToString(CultureInfo.InvariantCulture));
        }

        return sums;
    }

    internal void Write(CanonicalWriter writer)
    {
        writer.Int64(MaxWeight);
        writer.Count(Counters.Length);
        foreach (Counter counter in Counters)
        {
            writer.Text(counter.Name);
            writer.Int64(counter.MaxMagnitude);
        }
    }

    internal static CounterLayout Read(ref CanonicalReader reader)
    {
        long maxWeight = reader.Int64(0, LargestMagnitude, "maxWeight");
        var counters = ImmutableArray.CreateBuilder<Counter>(
            reader.Count(0, ProtocolLimits.MaxCounters, 12, "counters"));
        for (int i = 0; i < counters.Capacity; i++)
        {
            counters.Add(new Counter(reader.Text(ProtocolLimits.MaxNameBytes, "counters"),
                reader.Int64(1, LargestMagnitude, "counters")));
        }

        return new CounterLayout(maxWeight, counters.MoveToImmutable());
    }

    internal string? BrokenRule()
    {
        if (Counters.Length > ProtocolLimits.MaxCounters
            || Counters.Any(c => c.MaxMagnitude is < 1 or > LargestMagnitude
                || PrintableText.FaultOf(c.Name, ProtocolLimits.MaxNameBytes) is not null))
        {
            return
                $"at most {ProtocolLimits.MaxCounters} counters, each with a name of 1 to "
                + $"{ProtocolLimits.MaxNameBytes} bytes that print and a magnitude of 1 to 2^47";
        }

        if (Counters.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count() != Counters.Length)
        {
            return "counters have distinct names";
        }

        bool startsWithWeight = Counters.Length > 0 && Counters[0] == new Counter(WeightName, MaxWeight);
        return MaxWeight < 0 || startsWithWeight != (MaxWeight > 0)
            ? "the first counter is the weight exactly where the plan is weighted" : null;
    }

    private static int Digits(Counter counter, int bits)
    {
        int magnitudeBits = 64 - BitOperations.LeadingZeroCount((ulong)counter.MaxMagnitude);
        return (magnitudeBits + bits - 2) / (bits - 1);
    }
}
