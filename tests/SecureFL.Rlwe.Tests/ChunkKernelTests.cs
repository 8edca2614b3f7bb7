using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Tests;

/// <summary>Every vector width gives the bits of the scalar kernel, which works in big integers.</summary>
public sealed unsafe class ChunkKernelTests
{
    private const int Group = ChunkKernel.Group;

    public static TheoryData<string> Sets() => [.. ParameterSets.Names];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Gather_and_encrypt(string name)
    {
        (AggregationParameters parameters, ChunkConstants constants, ScalarChunkKernel oracle) = Open(name);
        Random random = new(1);
        for (int pattern = 0; pattern < 6; pattern++)
        {
            int[] lanes = new int[parameters.Lanes * Group];
            for (int i = 0; i < lanes.Length; i++)
            {
                int most = (int)Math.Min(int.MaxValue, parameters.Layout.Radices[i / Group] / 2);
                lanes[i] = pattern switch
                {
                    0 => most,
                    1 => -most,
                    2 => i % 2 == 0 ? most : -most,
                    3 => i / Group % 2 == 0 ? most : -most,
                    _ => (int)random.NextInt64(-most, most + 1L),
                };
            }

            double[] expectedWords = Gather(oracle, constants, lanes);
            double[] extremeWords = new double[expectedWords.Length];
            for (int i = 0; i < extremeWords.Length; i++)
            {
                long most = parameters.Layout.WordRadices[i / Group] / 2;
                extremeWords[i] = pattern switch
                {
                    0 => most,
                    1 => -most,
                    _ => (i + (i / Group)) % 2 == 0 ? most : -most
                };
            }

            foreach (VectorWidth width in ParameterSets.Widths)
            {
                ChunkKernel kernel = ChunkKernel.Create(constants, width);
                Assert.Equal(expectedWords, Gather(kernel, constants, lanes));
                for (int prime = 0; prime < constants.Primes; prime++)
                {
                    ulong[] mask = Residues(parameters.Ckks.Moduli[prime], pattern, random);
                    Assert.Equal(Encrypt(oracle, parameters, prime, expectedWords, mask),
                        Encrypt(kernel, parameters, prime, expectedWords, mask));
                    Assert.Equal(Encrypt(oracle, parameters, prime, extremeWords, mask),
                        Encrypt(kernel, parameters, prime, extremeWords, mask));
                    AssertPair(oracle, kernel, parameters, prime, expectedWords, mask);
                    AssertPair(oracle, kernel, parameters, prime, extremeWords, mask);
                }
            }
        }
    }

    /// <summary>
    /// The scalar kernel is itself Delta * sum_l v_l prod B + mask modulo p, packed in the documented order.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void The_scalar_kernel_is_the_definition(string name)
    {
        (AggregationParameters parameters, ChunkConstants constants, ScalarChunkKernel oracle) = Open(name);
        Random random = new(2);
        int[] lanes = new int[parameters.Lanes * Group];
        for (int i = 0; i < lanes.Length; i++)
        {
            int most = (int)Math.Min(int.MaxValue, parameters.Layout.Radices[i / Group] / 2);
            lanes[i] = (int)random.NextInt64(-most, most + 1L);
        }

        double[] words = Gather(oracle, constants, lanes);
        for (int prime = 0; prime < constants.Primes; prime++)
        {
            Modulus p = parameters.Ckks.Moduli[prime];
            ulong[] mask = Residues(p, 9, random);
            byte[] packed = Encrypt(oracle, parameters, prime, words, mask);
            ulong[] actual = new ulong[Group];
            Assert.True(WordKernel.Create(VectorWidth.Scalar).Unpack(packed, p.Bits, p.Value, actual));
            for (int i = 0; i < Group; i++)
            {
                BigInteger message = BigInteger.Zero;
                for (int lane = parameters.Lanes - 1; lane >= 0; lane--)
                {
                    message = (message * parameters.Layout.Radices[lane]) + lanes[(lane * Group) + i];
                }

                Assert.Equal(p.Reduce((message << parameters.LogDelta) + mask[i]), actual[i]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Add_subtract_and_reduce(string name)
    {
        (AggregationParameters parameters, ChunkConstants constants, ScalarChunkKernel oracle) = Open(name);
        Random random = new(3);
        for (int prime = 0; prime < constants.Primes; prime++)
        {
            Modulus p = parameters.Ckks.Moduli[prime];
            for (int count = 1; count <= ChunkKernel.UploadsPerPass; count++)
            {
                for (int pattern = 0; pattern < 4; pattern++)
                {
                    byte[][] uploads =
                        [.. Enumerable.Range(0, count).Select(_ => Pack(p, Residues(p, pattern, random)))];
                    ulong[] before = Sums(p, pattern, random);
                    ulong[] expected = [.. before];
                    Assert.True(Add(oracle, prime, uploads, expected));
                    foreach (VectorWidth width in ParameterSets.Widths)
                    {
                        ChunkKernel kernel = ChunkKernel.Create(constants, width);
                        ulong[] sums = [.. before];
                        Assert.True(Add(kernel, prime, uploads, sums));
                        Assert.Equal(expected, sums);
                        ulong[] reduced = [.. sums];
                        fixed (ulong* at = reduced)
                        {
                            kernel.Reduce(prime, at);
                        }

                        Assert.Equal(expected.Select(s => s % p.Value), reduced);
                        foreach (byte[] upload in uploads)
                        {
                            fixed (byte* from = upload)
                            fixed (ulong* at = sums)
                            {
                                kernel.Subtract(prime, (ulong*)from, at);
                            }
                        }

                        Assert.Equal(before, sums);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Add_reports_a_residue_at_the_prime_in_any_upload_and_place(string name)
    {
        (AggregationParameters parameters, ChunkConstants constants, _) = Open(name);
        Random random = new(4);
        for (int prime = 0; prime < constants.Primes; prime++)
        {
            Modulus p = parameters.Ckks.Moduli[prime];
            for (int count = 1; count <= ChunkKernel.UploadsPerPass; count++)
            {
                for (int bad = 0; bad < count; bad++)
                {
                    ulong[][] residues = [.. Enumerable.Range(0, count).Select(_ => Residues(p, 9, random))];
                    residues[bad][random.Next(Group)] = random.Next(2) == 0 ? p.Value : (1UL << p.Bits) - 1;
                    byte[][] uploads = [.. residues.Select(r => Pack(p, r))];
                    foreach (VectorWidth width in ParameterSets.Widths)
                    {
                        Assert.False(Add(ChunkKernel.Create(constants, width), prime, uploads, new ulong[Group]));
                    }
                }
            }
        }
    }

    /// <summary>
    /// Values Delta*m + e: m anywhere in the lanes, at their ends and beyond; e from -Delta/2 to Delta/2 - 1, both ends
    /// often; sums lifted to just below 2^64.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void Open_equals_the_scalar_kernel_and_the_truth(string name)
    {
        (AggregationParameters parameters, ChunkConstants constants, ScalarChunkKernel oracle) = Open(name);
        Random random = new(5);
        BigInteger halfRange = parameters.Layout.Range / 2;
        long halfDelta = 1L << (parameters.LogDelta - 1);
        BigInteger largest = ((parameters.Ckks.Basis.Product / 2) >> parameters.LogDelta) - 1;
        for (int pattern = 0; pattern < 12; pattern++)
        {
            BigInteger[] messages = new BigInteger[Group];
            BigInteger[] values = new BigInteger[Group];
            double squares = 0;
            double maximum = 0;
            for (int i = 0; i < Group; i++)
            {
                messages[i] = pattern switch
                {
                    0 => halfRange,
                    1 => -halfRange,
                    2 => i % 2 == 0 ? halfRange : -halfRange,
                    3 => 0,
                    4 when i == 77 => halfRange + 1,
                    5 when i == 300 => -halfRange - 1,
                    6 when i == 511 => largest,
                    7 when i == 0 => -largest,
                    8 => random.NextBelow((2 * largest) + 1) - largest,
                    _ => random.NextBelow(parameters.Layout.Range) - halfRange,
                };
                long noise = pattern == 4 ? -halfDelta : pattern == 5 ? halfDelta - 1
                    : random.Next(4) switch
                    {
                        0 => -halfDelta,
                        1 => halfDelta - 1,
                        _ => random.NextInt64(-halfDelta, halfDelta)
                    };
                values[i] = (messages[i] << parameters.LogDelta) + noise;
                squares += (double)noise * noise;
                maximum = Math.Max(maximum, Math.Abs(noise));
            }

            ulong[][] masks = [.. parameters.Ckks.Moduli.Select(p => Residues(p, pattern, random))];
            ulong[][] sums =
                [.. parameters.Ckks.Moduli.Select(
                    (p, j) => values.Select((v, i) => Lift(p.Reduce(v + masks[j][i]), p, pattern)).ToArray())];
            KernelOpening expected = KernelOpening.Of(oracle, constants, sums, masks);
            bool inside = messages.All(m => BigInteger.Abs(m) <= halfRange);
            Assert.Equal(inside, expected.Inside);
            Assert.True(inside ? pattern is not (4 or 5) : pattern is >= 4 and <= 8);
            Assert.Equal(maximum, expected.Maximum);
            Assert.Equal(squares, expected.Squares, Math.Abs(squares) * 1e-12);
            AssertDigits(parameters, messages, expected.Lanes);
            // At the very end of the range of the modulus the wrap count is a matter of rounding: widths may differ in
            // what they flag, not in that they do.
            bool certain = pattern is not (6 or 7 or 8);
            foreach (VectorWidth width in ParameterSets.Widths)
            {
                KernelOpening actual = KernelOpening.Of(ChunkKernel.Create(constants, width), constants, sums, masks);
                Assert.Equal(expected.Inside, actual.Inside);
                Assert.True(!certain || expected.Lanes.SequenceEqual(actual.Lanes));
                Assert.True(!certain || expected.Maximum.Equals(actual.Maximum));
                Assert.True(!certain || Math.Abs(expected.Squares - actual.Squares) <= squares * 1e-12);
            }
        }
    }

    /// <summary>Sums that are no encryption of anything under this key: every width flags the group.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void Random_sums_are_flagged_by_all(string name)
    {
        (AggregationParameters parameters, ChunkConstants constants, ScalarChunkKernel oracle) = Open(name);
        Random random = new(6);
        int flagged = 0;
        for (int round = 0; round < 10; round++)
        {
            ulong[][] masks = [.. parameters.Ckks.Moduli.Select(p => Residues(p, 9, random))];
            ulong[][] sums = [.. parameters.Ckks.Moduli.Select(p => Sums(p, 9, random))];
            bool inside = KernelOpening.Of(oracle, constants, sums, masks).Inside;
            Assert.All(ParameterSets.Widths,
                width =>
                    Assert.Equal(inside,
                        KernelOpening.Of(ChunkKernel.Create(constants, width), constants, sums, masks).Inside));
            flagged += inside ? 0 : 1;
        }

        // Lanes that fill the modulus to a fraction f let a random group pass with probability f^512.
        double fill = (double)((parameters.Layout.Range << (parameters.LogDelta + 64)) / parameters.Ckks.Basis.Product)
            * Math.ScaleB(1, -64);
        Assert.True(flagged >= 5 || Math.Pow(fill, Group) > 0.1);
    }

    [Fact]
    public void Conversions_are_those_of_the_scalar_kernel()
    {
        (_, ChunkConstants constants, ScalarChunkKernel oracle) = Open("wide");
        Random random = new(7);
        double[] values =
            [
                .. Enumerable.Range(0, 100).Select(
                    i => i switch { 0 => 0, 1 => (1L << 45) - 1, 2 => -(1L << 45) + 1,
                        _ => Math.Floor((random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(1, 46))) })];
        foreach (int count in new[] { 0, 1, 2, 3, 7, 8, 9, 100 })
        {
            long[] integers = new long[101];
            float[] singles = new float[101];
            Array.Fill(integers, long.MinValue);
            Array.Fill(singles, float.NaN);
            Convert(oracle, values, count, integers, singles);
            Assert.Equal(values.Take(count).Select(v => (long)v), integers.Take(count));
            Assert.Equal(values.Take(count).Select(v => (float)(v * 0.0123456789)), singles.Take(count));
            Assert.True(integers[count] == long.MinValue && float.IsNaN(singles[count]));
            foreach (VectorWidth width in ParameterSets.Widths)
            {
                long[] sameIntegers = new long[101];
                float[] sameSingles = new float[101];
                Array.Fill(sameIntegers, long.MinValue);
                Array.Fill(sameSingles, float.NaN);
                Convert(ChunkKernel.Create(constants, width), values, count, sameIntegers, sameSingles);
                Assert.Equal(integers, sameIntegers);
                Assert.Equal(singles, sameSingles);
            }
        }
    }

    private static (AggregationParameters Parameters, ChunkConstants Constants, ScalarChunkKernel Oracle) Open(
        string name)
    {
        AggregationParameters parameters = ParameterSets.Get(name);
        ChunkConstants constants = new(parameters);
        return (parameters, constants, new ScalarChunkKernel(constants));
    }

    private static void AssertDigits(AggregationParameters parameters, BigInteger[] messages, double[] lanes)
    {
        for (int i = 0; i < Group; i++)
        {
            BigInteger rest = messages[i];
            for (int lane = 0; lane < parameters.Lanes; lane++)
            {
                BigInteger radix = parameters.Layout.Radices[lane];
                BigInteger digit = ((rest % radix) + radix) % radix;
                digit = digit > radix / 2 ? digit - radix : digit;
                Assert.Equal((double)digit, lanes[(lane * Group) + i]);
                rest = (rest - digit) / radix;
            }
        }
    }

    private static double[] Gather(ChunkKernel kernel, ChunkConstants constants, int[] lanes)
    {
        double[] words = new double[constants.Words * Group];
        fixed (int* from = lanes)
        fixed (double* to = words)
        {
            kernel.GatherWords(from, to);
        }

        return words;
    }

    private static byte[] Encrypt(ChunkKernel kernel, AggregationParameters parameters, int prime, double[] words,
        ulong[] mask)
    {
        byte[] packed = new byte[WordKernel.PackedBytes(Group, parameters.Ckks.Moduli[prime].Bits)];
        fixed (double* from = words)
        fixed (ulong* masks = mask)
        fixed (byte* to = packed)
        {
            kernel.Encrypt(prime, from, masks, (ulong*)to);
        }

        return packed;
    }

    /// <summary>
    /// Two primes at once give what each gives alone: the masks are those of the second, reduced by the first, and its
    /// complement.
    /// </summary>
    private static void AssertPair(ChunkKernel oracle, ChunkKernel kernel, AggregationParameters parameters, int second,
        double[] words, ulong[] mask)
    {
        if (second == 0)
        {
            return;
        }

        ulong[] firstMask =
            [
                .. mask.Select(
                    x => (parameters.Ckks.Moduli[second].Value - 1 - x) % parameters.Ckks.Moduli[second - 1].Value)];
        byte[] first = new byte[WordKernel.PackedBytes(Group, parameters.Ckks.Moduli[second - 1].Bits)];
        byte[] next = new byte[WordKernel.PackedBytes(Group, parameters.Ckks.Moduli[second].Bits)];
        fixed (double* from = words)
        fixed (ulong* one = firstMask, two = mask)
        fixed (byte* to = first, nextTo = next)
        {
            kernel.EncryptPair(second - 1, from, one, two, (ulong*)to, (ulong*)nextTo);
        }

        Assert.Equal(Encrypt(oracle, parameters, second - 1, words, firstMask), first);
        Assert.Equal(Encrypt(oracle, parameters, second, words, mask), next);
    }

    private static bool Add(ChunkKernel kernel, int prime, byte[][] uploads, ulong[] sums)
    {
        byte[] all = [.. uploads.SelectMany(u => u)];
        fixed (byte* from = all)
        fixed (ulong* to = sums)
        {
            ulong** packed = stackalloc ulong*[uploads.Length];
            for (int i = 0; i < uploads.Length; i++)
            {
                packed[i] = (ulong*)(from + (i * uploads[0].Length));
            }

            return kernel.Add(prime, packed, uploads.Length, to);
        }
    }

    private static void Convert(ChunkKernel kernel, double[] values, int count, long[] integers, float[] singles)
    {
        fixed (double* from = values)
        fixed (long* wholes = integers)
        fixed (float* reals = singles)
        {
            kernel.ToIntegers(from, wholes, count);
            kernel.ToSingles(from, 0.0123456789, reals, count);
        }
    }

    private static byte[] Pack(Modulus p, ulong[] residues)
    {
        byte[] packed = new byte[WordKernel.PackedBytes(Group, p.Bits)];
        WordKernel.Create(VectorWidth.Scalar).Pack(residues, p.Bits, packed);
        return packed;
    }

    private static ulong[] Residues(Modulus p, int pattern, Random random) =>
    [
        .. Enumerable.Range(0, Group).Select(i => pattern switch
        {
            0 => p.Value - 1,
            1 => 0UL,
            2 => i % 2 == 0 ? p.Value - 1 : 0,
            3 => (p.Value / 2) + (ulong)(i % 2),
            _ => (ulong)random.NextInt64((long)p.Value),
        }),
    ];

    private static ulong[] Sums(Modulus p, int pattern, Random random) =>
    [
        .. Enumerable.Range(0, Group).Select(i => pattern switch
        {
            0 => ulong.MaxValue - (ulong)(i % 3),
            1 => (ulong.MaxValue / p.Value * p.Value) - (ulong)(i % 2),
            2 => ((ulong)random.Next(1, 1 << 4) * p.Value) + (ulong)(i % 3) - 1,
            _ => ((ulong)random.NextInt64() << 1) ^ (ulong)random.Next(),
        }),
    ];

    /// <summary>The residue plus as many primes as fit, for some patterns.</summary>
    private static ulong Lift(ulong residue, Modulus p, int pattern) => (pattern % 3) switch
    {
        0 => residue + ((ulong.MaxValue - residue) / p.Value * p.Value),
        1 => residue + (3 * p.Value),
        _ => residue,
    };
}
