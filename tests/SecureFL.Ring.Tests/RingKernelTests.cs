using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Ring.Tests;

public sealed class RingKernelTests
{
    public static TheoryData<int, int> DegreesAndBits()
    {
        TheoryData<int, int> data = [];
        foreach (int degree in new[] { 1024, 2048, 4096, 8192, 16384, 32768 })
        {
            foreach (int bits in new[] { 22, 36, 48, 49, 50, 51, 56, 60 })
            {
                data.Add(SlowIfLarge(degree, new TheoryDataRow<int, int>(degree, bits)));
            }
        }

        return data;
    }

    /// <summary>Rings above 8192 run with the slow tests.</summary>
    internal static TRow SlowIfLarge<TRow>(int degree, TRow row)
        where TRow : TheoryDataRowBase => degree > 8192 ? row.WithTrait("Category", "Slow") : row;

    internal static IEnumerable<VectorWidth> VectorWidthsHere() =>
        new[] { VectorWidth.Bits128, VectorWidth.Bits256, VectorWidth.Bits512 }.Where(VectorWidths.IsSupported);

    [Theory]
    [MemberData(nameof(DegreesAndBits))]
    public void Every_width_equals_the_scalar_oracle(int degree, int bits)
    {
        Modulus modulus = Primality.LargestPrimes(bits, degree, 1)[0];
        ScalarRingKernel oracle = new(degree, modulus);
        foreach (ulong[] input in Inputs(degree, modulus))
        {
            ulong[] values = [.. input];
            oracle.Forward(values);
            ulong[] back = [.. values];
            oracle.Inverse(back);
            Assert.Equal(input, back);
            ulong[] inverseOfInput = [.. input];
            oracle.Inverse(inverseOfInput);
            foreach (VectorWidth width in VectorWidthsHere())
            {
                RingKernel kernel = RingKernel.Create(degree, modulus, width);
                ulong[] x = [.. input];
                kernel.Forward(x);
                Assert.Equal(values, x);
                kernel.Inverse(x);
                Assert.Equal(input, x);
                kernel.Inverse(x);
                Assert.Equal(inverseOfInput, x);
            }
        }
    }

    [Theory]
    [MemberData(nameof(DegreesAndBits))]
    public void Multiply_add_equals_the_scalar_oracle_at_every_width(int degree, int bits)
    {
        Modulus modulus = Primality.LargestPrimes(bits, degree, 1)[0];
        ScalarRingKernel oracle = new(degree, modulus);
        Random random = new(degree + bits);
        int[] s = new int[degree];
        int[] e = new int[degree];
        foreach (ulong[] a in Inputs(degree, modulus))
        {
            for (int i = 0; i < degree; i++)
            {
                s[i] = random.Next(-8000, 8001);
                e[i] = random.Next(-80, 81);
            }

            ulong[] prepared = new ulong[degree];
            ulong[] expected = new ulong[degree];
            oracle.Prepare(s, prepared);
            oracle.MultiplyAdd(a, prepared, e, expected);
            foreach (VectorWidth width in VectorWidthsHere())
            {
                RingKernel kernel = RingKernel.Create(degree, modulus, width);
                ulong[] result = new ulong[degree];
                kernel.Prepare(s, prepared);
                kernel.MultiplyAdd(a, prepared, e, result);
                Assert.Equal(expected, result);
            }
        }
    }

    /// <summary>
    /// With keys, u and errors at random and at the extremes of the lazy bounds: the largest outputs of the ternary
    /// first pass, and values of one sign.
    /// </summary>
    [Theory]
    [MemberData(nameof(DegreesAndBits))]
    [InlineData(8192, 47)]
    [InlineData(16384, 47, Traits = ["Category", "Slow"])]
    [InlineData(32768, 47, Traits = ["Category", "Slow"])]
    public void Products_of_keys_and_lifted_ternaries_equal_the_scalar_oracle_at_every_width(int degree, int bits)
    {
        Modulus modulus = Primality.LargestPrimes(bits, degree, 1)[0];
        ScalarRingKernel oracle = new(degree, modulus);
        ulong psi = modulus.MinimalPrimitiveRoot(degree);
        ulong[] roots = FmaTables.BitReversedPowers(degree, modulus, psi);
        Random random = new(degree + bits);
        int at = 0;
        foreach (ulong[] key in Inputs(degree, modulus))
        {
            // Signs that agree with those of the roots of the first three levels make one output of the first pass as
            // large as it gets.
            int node = 4 + (at % 4);
            int[] u = [.. Enumerable.Range(0, degree)
                .Select(i => at % 3 == 0 ? random.Next(-1, 2) : Aligned(i / (degree / 8)))];
            int[] e = [.. Enumerable.Range(0, degree)
                .Select(i => at % 2 == 0 ? random.Next(-21, 22) : i % 2 == 0 ? 21 : -21)];
            ulong[] prepared = new ulong[degree];
            ulong[] lifted = new ulong[degree];
            ulong[] expected = new ulong[degree];
            oracle.Prepare(u, prepared);
            oracle.MultiplyAdd(key, prepared, e, expected);
            foreach (VectorWidth width in VectorWidthsHere().Append(VectorWidth.Scalar))
            {
                RingKernel kernel = RingKernel.Create(degree, modulus, width);
                ulong[] result = [.. key];
                kernel.PrepareKey(result, result);
                kernel.LiftTernary(u, lifted);
                kernel.MultiplyAddLifted(result, lifted, e, result);
                Assert.Equal(expected, result);
            }

            at++;

            int Aligned(int eighth)
            {
                ulong factor = 1;
                int below = node;
                for (int bit = 1; bit <= 4; bit *= 2, below /= 2)
                {
                    ulong root = (eighth & bit) == 0 ? 1 : roots[below];
                    factor = modulus.Multiply(factor,
                        bit > 1 && (((node * 2) / bit) & 1) == 1 && root != 1 ? modulus.Subtract(0, root) : root);
                }

                return Math.Sign(modulus.Centre(factor));
            }
        }
    }

    [Theory]
    [MemberData(nameof(DegreesAndBits))]
    public void Multiply_accumulate_equals_exact_products_at_every_width(int degree, int bits)
    {
        Modulus modulus = Primality.LargestPrimes(bits, degree, 1)[0];
        ulong[] s = Random(degree, modulus, 3);
        (s[0], s[1], s[2]) = (modulus.Value - 1, 0, 1);
        int[] small = new int[degree];
        small[5] = -1;
        small[77] = 1;
        ulong[] smallValues = new ulong[degree];
        new ScalarRingKernel(degree, modulus).Prepare(small, smallValues);
        foreach (VectorWidth width in VectorWidthsHere().Append(VectorWidth.Scalar))
        {
            RingKernel kernel = RingKernel.Create(degree, modulus, width);
            ulong[] prepared = new ulong[degree];
            ulong[] preparedSmall = new ulong[degree];
            kernel.PrepareValues(s, prepared);
            kernel.Prepare(small, preparedSmall);
            foreach (ulong[] a in Inputs(degree, modulus))
            {
                ulong[] sum = Random(degree, modulus, 4);
                (sum[0], sum[1]) = (modulus.Value - 1, modulus.Value - 1);
                ulong[] expected =
                    [
                        .. sum.Select(
                            (x, i) => modulus.Add(modulus.Add(x, modulus.Multiply(a[i], s[i])),
                                modulus.Multiply(a[i], smallValues[i])))];
                kernel.MultiplyAccumulate(a, prepared, sum);
                kernel.MultiplyAccumulate(a, preparedSmall, sum);
                Assert.Equal(expected, sum);
            }
        }
    }

    [Theory]
    [InlineData(4096, 40)]
    [InlineData(8192, 60)]
    public void Prepared_residues_multiply_as_the_scalar_oracle_at_every_width(int degree, int bits)
    {
        Modulus modulus = Primality.LargestPrimes(bits, degree, 1)[0];
        ulong[] a = Random(degree, modulus, 5);
        ulong[] polynomial = Random(degree, modulus, 6);
        int[] small = new int[degree];
        ulong[] prepared = new ulong[degree];
        ulong[] expected = new ulong[degree];
        RingKernel oracle = RingKernel.Create(degree, modulus, VectorWidth.Scalar);
        oracle.PrepareResidues(polynomial, modulus.Value - 3, prepared);
        oracle.MultiplyAdd(a, prepared, small, expected);
        foreach (VectorWidth width in VectorWidthsHere())
        {
            RingKernel kernel = RingKernel.Create(degree, modulus, width);
            ulong[] result = new ulong[degree];
            kernel.PrepareResidues(polynomial, modulus.Value - 3, prepared);
            kernel.MultiplyAdd(a, prepared, small, result);
            Assert.Equal(expected, result);
        }
    }

    [Theory]
    [InlineData(30)]
    [InlineData(60)]
    public void Swap_order_reaches_bit_reversed_order_at_every_width(int bits)
    {
        const int Degree = 2048;
        Modulus modulus = Primality.LargestPrimes(bits, Degree, 1)[0];
        ulong psi = modulus.MinimalPrimitiveRoot(Degree);
        foreach (VectorWidth width in VectorWidthsHere().Append(VectorWidth.Scalar))
        {
            RingKernel kernel = RingKernel.Create(Degree, modulus, width);
            ulong[] x = new ulong[Degree];
            x[1] = 1;
            kernel.Forward(x);
            ulong[] values = [.. x];
            kernel.SwapOrder(values);
            Assert.All(values,
                (value, i) =>
                    Assert.Equal(modulus.Power(psi, (ulong)((2 * EvaluationOrder.ReverseBits(i, 11)) + 1)), value));
            kernel.SwapOrder(values);
            Assert.Equal(x, values);
        }
    }

    [Theory]
    [InlineData(1024, 22)]
    [InlineData(1024, 50)]
    [InlineData(1024, 60)]
    public void Forward_evaluates_at_the_documented_points(int degree, int bits)
    {
        Modulus modulus = Primality.LargestPrimes(bits, degree, 1)[0];
        ulong psi = modulus.MinimalPrimitiveRoot(degree);
        ulong[] polynomial = Random(degree, modulus, 7);
        ulong[] values = [.. polynomial];
        RingKernel.Create(degree, modulus).Forward(values);
        int logDegree = BitOperations.Log2((uint)degree);
        foreach (int position in new[] { 0, 1, 8, 63, 64, 500, degree - 1 })
        {
            int index = EvaluationOrder.Transpose(position);
            ulong point = modulus.Power(psi, (ulong)((2 * EvaluationOrder.ReverseBits(index, logDegree)) + 1));
            ulong value = 0;
            for (int i = degree - 1; i >= 0; i--)
            {
                value = modulus.Add(modulus.Multiply(value, point), polynomial[i]);
            }

            Assert.Equal(value, values[position]);
        }
    }

    [Fact]
    public void Product_is_negacyclic_convolution()
    {
        const int Degree = 1024;
        Modulus modulus = Primality.LargestPrimes(60, Degree, 1)[0];
        RingKernel kernel = RingKernel.Create(Degree, modulus);
        ulong[] a = Random(Degree, modulus, 1);
        ulong[] b = Random(Degree, modulus, 2);
        ulong[] expected = new ulong[Degree];
        for (int i = 0; i < Degree; i++)
        {
            for (int j = 0; j < Degree; j++)
            {
                ulong product = modulus.Multiply(a[i], b[j]);
                int k = (i + j) % Degree;
                expected[k] = i + j < Degree ? modulus.Add(expected[k], product)
                    : modulus.Subtract(expected[k], product);
            }
        }

        kernel.Forward(a);
        kernel.Forward(b);
        for (int i = 0; i < Degree; i++)
        {
            a[i] = modulus.Multiply(a[i], b[i]);
        }

        kernel.Inverse(a);
        Assert.Equal(expected, a);
    }

    [Fact]
    public void Refuses_other_degrees_and_lengths()
    {
        Modulus modulus = Primality.LargestPrimes(30, 1024, 1)[0];
        Assert.Throws<ArgumentException>(() => RingKernel.Create(512, modulus));
        Assert.Throws<ArgumentException>(() => RingKernel.Create(1500, modulus));
        Assert.Throws<ArgumentException>(() => RingKernel.Create(65536, modulus));
        RingKernel kernel = RingKernel.Create(1024, modulus);
        Assert.Throws<ArgumentException>(() => kernel.Forward(new ulong[1023]));
    }

    /// <summary>Random residues and the extremes that stretch the lazy bounds furthest.</summary>
    private static IEnumerable<ulong[]> Inputs(int degree, Modulus modulus)
    {
        ulong top = modulus.Value - 1;
        ulong half = modulus.Value / 2;
        yield return Random(degree, modulus, degree);
        yield return Fill(degree, _ => top);
        yield return Fill(degree, i => i % 2 == 0 ? top : 0);
        yield return Fill(degree, i => i % 2 == 0 ? half : half + 1);
        yield return Fill(degree, i => i < degree / 2 ? top : 1);
        yield return Fill(degree, i => (BitOperations.PopCount((uint)i) & 1) == 0 ? half : half + 1);
        yield return Fill(degree, i => i == 0 ? top : 0);
    }

    private static ulong[] Random(int degree, Modulus modulus, int seed)
    {
        Random random = new(seed);
        return Fill(degree, _ => (ulong)random.NextInt64((long)modulus.Value));
    }

    private static ulong[] Fill(int degree, Func<int, ulong> value) => [.. Enumerable.Range(0, degree).Select(value)];
}
