using System.Runtime.CompilerServices;
using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Tests;

public sealed class ContributionAccumulatorTests
{
    public static TheoryData<string> Sets() => ["tiny", "mixed", "deep", "sixty"];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Four_at_a_time_equals_one_at_a_time(string name)
    {
        AggregationParameters parameters = ParameterSets.Get(name);
        byte[][] chunks = [.. Enumerable.Range(0, 11).Select(i => Packed(parameters, i))];
        using ContributionAccumulator singly = new(parameters);
        foreach (byte[] chunk in chunks)
        {
            singly.Add(0, chunk);
        }

        foreach (int[] groups in new[] { new[] { 4, 4, 3 }, [1, 4, 2, 4], [3, 3, 3, 2], [2, 4, 4, 1] })
        {
            using ContributionAccumulator together = new(parameters);
            int at = 0;
            foreach (int count in groups)
            {
                byte[][] now = chunks[at..(at + count)];
                together.Add(0, now[0], count > 1 ? now[1] : default, count > 2 ? now[2] : default,
                    count > 3 ? now[3] : default);
                at += count;
            }

            Assert.Equal(singly.Sums(0), together.Sums(0));
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_refused_residue_is_named_and_the_sums_are_restored(string name)
    {
        AggregationParameters parameters = ParameterSets.Get(name);
        Random random = new(1);
        using ContributionAccumulator accumulator = new(parameters);
        accumulator.Add(0, Packed(parameters, 1));
        ulong[] before = accumulator.Sums(0).ToArray();
        for (int round = 0; round < 24; round++)
        {
            int prime = random.Next(parameters.Primes.Length);
            int coefficient = random.Next(parameters.RingDegree);
            int upload = round % 4;
            ulong value = round % 2 == 0 ? parameters.Primes[prime] : (1UL << parameters.Ckks.Moduli[prime].Bits) - 1;
            byte[][] four = [.. Enumerable.Range(0, 4)
                .Select(i => Packed(parameters, i, i == upload ? (prime, coefficient, value) : null))];
            int count = Math.Max(upload + 1, 1 + random.Next(4));
            CiphertextFormatException refusal = Assert.Throws<CiphertextFormatException>(() => accumulator.Add(
                0, four[0], count > 1 ? four[1] : default, count > 2 ? four[2] : default,
                count > 3 ? four[3] : default));
            Assert.Equal($"residue {coefficient} modulo prime {prime} of chunk 0, upload {upload}", refusal.Field);
            Assert.Equal($"below {parameters.Primes[prime]}", refusal.Expected);
            Assert.Equal($"{value}", refusal.Received);
            Assert.Equal(before, accumulator.Sums(0));
        }
    }

    /// <summary>
    /// At 60 bits the 64-bit sums are full after 15 additions: many times that, all residues p - 1, and mixed group
    /// sizes.
    /// </summary>
    [Fact]
    public void The_lazy_limit_is_crossed_many_times()
    {
        AggregationParameters parameters = ParameterSets.Get("sixty");
        ulong p = parameters.Primes[0];
        byte[] largest = Pack(parameters, (_, _) => p - 1);
        using ContributionAccumulator accumulator = new(parameters);
        Random random = new(1);
        UInt128 added = 0;
        for (int round = 0; round < 400; round++)
        {
            int count = 1 + random.Next(4);
            accumulator.Add(0, largest, count > 1 ? largest : default, count > 2 ? largest : default,
                count > 3 ? largest : default);
            added += (UInt128)(uint)count;
            ulong expected = (ulong)(added * (p - 1) % p);
            Assert.Equal(expected, accumulator.Sums(0)[0] % p);
            Assert.Equal(expected, accumulator.Sums(0)[^1] % p);
        }
    }

    /// <summary>
    /// Fifty-bit primes allow 16,383 additions; the counter is set just before that instead of adding so often.
    /// </summary>
    [Fact]
    public void The_lazy_limit_holds_at_fifty_bits()
    {
        AggregationParameters parameters = ParameterSets.Get("deep");
        ulong top = parameters.Primes.Max();
        int limit = (int)((ulong.MaxValue / top) - 1);
        byte[] largest = Pack(parameters, (prime, _) => parameters.Primes[prime] - 1);
        using ContributionAccumulator accumulator = new(parameters);
        accumulator.Add(0, largest);
        Span<ulong> sums = Chunks(accumulator)[0]!.Span;
        for (int i = 0; i < sums.Length; i++)
        {
            // As after limit - 2 additions on top of a reduced sum.
            ulong p = parameters.Primes[i / parameters.RingDegree];
            sums[i] = (p - 1) + ((ulong)(limit - 3) * (p - 1));
        }

        Pending(accumulator)[0] = limit - 2;
        ulong[] before = sums.ToArray();
        accumulator.Add(0, largest, largest, largest, default);
        accumulator.Add(0, largest, largest, largest, largest);
        for (int i = 0; i < before.Length; i++)
        {
            ulong p = parameters.Primes[i / parameters.RingDegree];
            Assert.Equal((ulong)((before[i] + (7 * ((UInt128)p - 1))) % p), accumulator.Sums(0)[i] % p);
        }
    }

    [Fact]
    public void Wrong_lengths_and_places_are_typed()
    {
        AggregationParameters parameters = ParameterSets.Get("tiny");
        byte[] good = Packed(parameters, 1);
        using ContributionAccumulator accumulator = new(parameters);
        ulong[] before = accumulator.Sums(0).ToArray();
        AssertField("chunk index", () => accumulator.Add(-1, good));
        AssertField("chunk index", () => accumulator.Add(parameters.ChunkCount, good));
        AssertField("chunk index", () => accumulator.Add(long.MaxValue, good));
        AssertField("chunk length", () => accumulator.Add(0, []));
        AssertField("chunk length", () => accumulator.Add(0, good.AsSpan(1)));
        AssertField("chunk length", () => accumulator.Add(0, new byte[good.Length + 1]));
        AssertField("chunk length", () => accumulator.Add(0, good, good.AsSpan(1), default, default));
        AssertField("chunk length", () => accumulator.Add(0, good, good, good, good.AsSpan(8)));
        AssertField("chunk length", () => accumulator.Add(0, [], good, default, default));
        Assert.Equal(before, accumulator.Sums(0));
    }

    [Fact]
    public void An_upload_behind_an_empty_one_is_not_lost()
    {
        AggregationParameters parameters = ParameterSets.Get("tiny");
        byte[] good = Packed(parameters, 1);
        using ContributionAccumulator accumulator = new(parameters);
        ulong[] before = accumulator.Sums(0).ToArray();
        Assert.Throws<ArgumentException>(() => accumulator.Add(0, good, default, good, default));
        Assert.Throws<ArgumentException>(() => accumulator.Add(0, good, good, default, good));
        Assert.Throws<ArgumentException>(() => accumulator.Add(0, good, default, default, good));
        Assert.Equal(before, accumulator.Sums(0));
    }

    private static void AssertField(string field, Action action) =>
        Assert.Equal(field, Assert.Throws<CiphertextFormatException>(action).Field);

    internal static byte[] Packed(AggregationParameters parameters, int seed,
        (int Prime, int Coefficient, ulong Value)? bad = null)
    {
        Random random = new(seed);
        return
            Pack(parameters, (prime, i) => bad is { } b && b.Prime == prime && b.Coefficient == i ? b.Value
                : (ulong)random.NextInt64((long)parameters.Primes[prime]));
    }

    private static byte[] Pack(AggregationParameters parameters, Func<int, int, ulong> residue)
    {
        byte[] packed = new byte[parameters.ChunkBytes];
        int at = 0;
        for (int prime = 0; prime < parameters.Primes.Length; prime++)
        {
            int bits = parameters.Ckks.Moduli[prime].Bits;
            int bytes = WordKernel.PackedBytes(parameters.RingDegree, bits);
            ulong[] words = [.. Enumerable.Range(0, parameters.RingDegree).Select(i => residue(prime, i))];
            WordKernel.Create(VectorWidth.Scalar).Pack(words, bits, packed.AsSpan(at, bytes));
            at += bytes;
        }

        return packed;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_chunks")]
    private static extern ref Ring.Memory.AlignedBuffer<ulong>?[] Chunks(ContributionAccumulator accumulator);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_pending")]
    private static extern ref int[] Pending(ContributionAccumulator accumulator);
}
