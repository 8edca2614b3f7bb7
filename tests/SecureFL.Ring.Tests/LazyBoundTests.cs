using System.Numerics;
using System.Runtime.Intrinsics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Ring.Tests;

/// <summary>
/// Attacks on the lazy bounds of <see cref="FmaTransform{TLanes, TDouble, TWord}"/>: primes where the bounds are tightest (the top of 49 bits, the bottom and the top of 50),
/// inputs that are extreme at the start, at the end and at every level in between, and the signed extremes that the transforms themselves allow.
/// </summary>
public sealed class LazyBoundTests
{
    public static TheoryData<int, ulong> DegreesAndPrimes()
    {
        TheoryData<int, ulong> data = [];
        foreach (int degree in new[] { 1024, 2048, 4096, 8192 })
        {
            data.Add(degree, Primality.LargestPrimes(49, degree, 1)[0].Value);
            data.Add(degree, SmallestPrimeAbove(1UL << 49, degree));
            data.Add(degree, Primality.LargestPrimes(50, degree, 1)[0].Value);
        }

        data.Add(32768, Primality.LargestPrimes(50, 32768, 1)[0].Value);
        return data;
    }

    [Theory]
    [MemberData(nameof(DegreesAndPrimes))]
    public void ExtremesAtEveryLevelEqualTheScalarOracle(int degree, ulong prime)
    {
        Modulus modulus = new(prime);
        ScalarRingKernel oracle = new(degree, modulus);
        RingKernel[] kernels = [.. RingKernelTests.VectorWidthsHere().Select(width => RingKernel.Create(degree, modulus, width))];
        foreach (ulong[] input in Attacks(degree, modulus))
        {
            ulong[] forward = [.. input];
            ulong[] inverse = [.. input];
            oracle.Forward(forward);
            oracle.Inverse(inverse);
            foreach (RingKernel kernel in kernels)
            {
                ulong[] x = [.. input];
                kernel.Forward(x);
                Assert.Equal(forward, x);
                x = [.. input];
                kernel.Inverse(x);
                Assert.Equal(inverse, x);
            }
        }
    }

    [Theory]
    [MemberData(nameof(DegreesAndPrimes))]
    public void OutputsOfTheLargestSignedInputsKeepTheirBoundAndTheirResidue(int degree, ulong prime)
    {
        Modulus modulus = new(prime);
        ScalarRingKernel oracle = new(degree, modulus);
        foreach (VectorWidth width in RingKernelTests.VectorWidthsHere())
        {
            for (int pattern = 0; pattern < 12; pattern++)
            {
                // Forward allows |x| <= p; backward T(1) p = (1/2 + e) p.
                double[] x = Signed(degree, pattern, prime);
                ulong[] expected = Canonical(x, modulus);
                oracle.Forward(expected);
                Transform(width, modulus, x, forward: true);
                Assert.True(x.Max(Math.Abs) < 6.4 * prime);
                Assert.Equal(expected, Canonical(x, modulus));

                double share = prime >= 1UL << 49 ? 0.5 + (3.0 / 16) : 0.5 + (3.0 / 32);
                x = Signed(degree, pattern, Math.Floor(share * prime));
                expected = Canonical(x, modulus);
                oracle.Inverse(expected);
                Transform(width, modulus, x, forward: false);
                Assert.True(x.Max(Math.Abs) < 8.0 * prime);
                ulong[] actual = Canonical(x, modulus);
                ulong scale = modulus.Inverse((ulong)degree);
                Assert.Equal(expected, actual.Select(v => modulus.Multiply(v, scale)));
            }
        }
    }

    /// <summary>v * w - k p is exact and within p T(|v|) for the operands that the proof allows, at their ends and next to ties of the quotient.</summary>
    [Theory]
    [InlineData(49)]
    [InlineData(50)]
    public void ProductsKeepTheirBound(int bits)
    {
        Modulus modulus = Primality.LargestPrimes(bits, 1024, 1)[0];
        double p = modulus.Value;
        double slack = bits == 50 ? 3.0 / 16 : 3.0 / 32;
        Random random = new(bits);
        List<double> ws = [1, -1, 2, Math.Floor(p / 2), -Math.Floor(p / 2), Math.Floor(p / 3), modulus.Centre(modulus.Inverse(2)), modulus.Centre(modulus.Inverse(3))];
        List<double> vs = [0, 1, -1, p - 1, p, -p, Math.Floor(p / 2), Math.Ceiling(p / 2), Math.ScaleB(1, 53), -Math.ScaleB(1, 53), Math.ScaleB(1, 53) - 1, Math.ScaleB(1, 52) + 1];
        for (int i = 0; i < 2000; i++)
        {
            ws.Add(Math.Floor((random.NextDouble() - 0.5) * p));
            vs.Add(Math.Floor((random.NextDouble() - 0.5) * Math.ScaleB(1, 54)));
        }

        for (int i = 0; i < ws.Count; i++)
        {
            // For each w also a v whose product is just beside a tie: v = (p +- 1)/2 * w^-1 + multiples of p.
            ulong inverse = ws[i] == 0 ? 1 : modulus.Inverse(modulus.Reduce((long)ws[i]));
            double tie = modulus.Centre(modulus.Multiply(inverse, (modulus.Value / 2) + (ulong)(i % 2)));
            foreach (double v in vs.Take(12).Append(vs[i % vs.Count]).Append(tie).Append(tie + p).Append(tie - p))
            {
                double result = MultiplyMod(v, ws[i], p);
                BigInteger exact = new BigInteger(v) * new BigInteger(ws[i]);
                Assert.True((exact - new BigInteger(result)) % modulus.Value == 0, $"{v} * {ws[i]} mod {p}");
                Assert.True(Math.Abs(result) <= p * (0.5 + (slack * Math.Abs(v) / p)) * (1 + 1e-12));
            }
        }
    }

    /// <summary>The recurrences of the proof, iterated: they settle below 2^53/p with room for no further level.</summary>
    [Theory]
    [InlineData(3.0 / 16, 8, true)]
    [InlineData(3.0 / 32, 16, false)]
    public void TheRecurrencesOfTheProofSettle(double e, double limit, bool wide)
    {
        double T(double v) => 0.5 + (e * v);
        double forward = 1 + T(1);
        for (int i = 0; i < 20; i++)
        {
            forward = Math.Max(forward, 0.5 + T(forward) + T(forward + T(forward)));
        }

        double afterTail = forward + T(forward);
        afterTail += T(afterTail);
        afterTail += T(afterTail);
        Assert.True(forward < 2.72 && afterTail < 6.4 && 6.4 <= limit);

        double start = T(1);
        Assert.True(8 * start < limit);
        double inverse = wide
            ? Math.Max(2 * T(2 * T(2 * start)), Math.Max(T(8 * start), T(4 * T(2 * start))))
            : Math.Max(4 * T(2 * start), Math.Max(2 * T(4 * start), T(8 * start)));
        Assert.True(inverse < 2.5);
        for (int i = 0; i < 20; i++)
        {
            Assert.True(4 * inverse < limit);
            inverse = Math.Max(inverse, wide ? Math.Max(T(4 * inverse), T(2 * T(2 * inverse))) : Math.Max(2 * T(2 * inverse), T(4 * inverse)));
        }

        Assert.True(2 * inverse < limit);
    }

    /// <summary>Canonical inputs whose values after some level of the transform are all extreme: the levels of the textbook network, undone from that level.</summary>
    private static IEnumerable<ulong[]> Attacks(int degree, Modulus modulus)
    {
        ulong psi = modulus.MinimalPrimitiveRoot(degree);
        ulong[] roots = FmaTables.BitReversedPowers(degree, modulus, psi);
        ulong[] inverses = FmaTables.BitReversedPowers(degree, modulus, modulus.Inverse(psi));
        int levels = BitOperations.Log2((uint)degree);
        ulong half = modulus.Inverse(2);
        int last = degree > 8192 ? 0 : levels;
        for (int level = 0; level <= last; level++)
        {
            foreach (ulong[] state in Extremes(degree, modulus, level))
            {
                Undo(state, inverses, level, modulus, half);
                yield return state;
            }
        }

        // And states that the inverse network passes through: extreme after undoing some levels, that is the forward image of an extreme state.
        for (int level = 0; level < last; level++)
        {
            foreach (ulong[] state in Extremes(degree, modulus, level))
            {
                Redo(state, roots, level, modulus);
                for (int i = 0; i < degree; i++)
                {
                    int j = EvaluationOrder.Transpose(i);
                    if (i < j)
                    {
                        (state[i], state[j]) = (state[j], state[i]);
                    }
                }

                yield return state;
            }
        }
    }

    private static IEnumerable<ulong[]> Extremes(int degree, Modulus modulus, int seed)
    {
        ulong top = modulus.Value - 1;
        ulong half = modulus.Value / 2;
        yield return Fill(degree, _ => top);
        yield return Fill(degree, i => i % 2 == 0 ? half : half + 1);
        yield return Fill(degree, i => ((i >> (seed % 10)) & 1) == 0 ? half : half + 1);
        Random random = new(seed);
        yield return Fill(degree, _ => random.Next(2) == 0 ? half : half + 1);
    }

    private static void Undo(ulong[] x, ulong[] inverses, int levels, Modulus modulus, ulong half)
    {
        for (int level = levels - 1; level >= 0; level--)
        {
            int blocks = 1 << level;
            int stride = x.Length / (2 * blocks);
            for (int block = 0; block < blocks; block++)
            {
                for (int i = 2 * block * stride; i < ((2 * block) + 1) * stride; i++)
                {
                    ulong sum = modulus.Multiply(modulus.Add(x[i], x[i + stride]), half);
                    ulong difference = modulus.Multiply(modulus.Subtract(x[i], x[i + stride]), half);
                    x[i] = sum;
                    x[i + stride] = modulus.Multiply(difference, inverses[blocks + block]);
                }
            }
        }
    }

    private static void Redo(ulong[] x, ulong[] roots, int first, Modulus modulus)
    {
        for (int blocks = 1 << first; blocks < x.Length; blocks *= 2)
        {
            int stride = x.Length / (2 * blocks);
            for (int block = 0; block < blocks; block++)
            {
                for (int i = 2 * block * stride; i < ((2 * block) + 1) * stride; i++)
                {
                    ulong b = modulus.Multiply(x[i + stride], roots[blocks + block]);
                    (x[i], x[i + stride]) = (modulus.Add(x[i], b), modulus.Subtract(x[i], b));
                }
            }
        }
    }

    private static double[] Signed(int degree, int pattern, double magnitude)
    {
        Random random = new(pattern);
        return pattern switch
        {
            0 => Fill(degree, _ => magnitude),
            1 => Fill(degree, _ => -magnitude),
            2 => Fill(degree, i => i % 2 == 0 ? magnitude : -magnitude),
            3 => Fill(degree, i => i < degree / 2 ? magnitude : -magnitude),
            < 9 => Fill(degree, i => ((i >> (pattern - 3)) & 1) == 0 ? magnitude : -magnitude),
            _ => Fill(degree, _ => random.Next(2) == 0 ? magnitude : -magnitude),
        };
    }

    private static unsafe void Transform(VectorWidth width, Modulus modulus, double[] values, bool forward)
    {
        FmaTables tables = new(values.Length, modulus);
        fixed (double* x = values, roots = (forward ? tables.Roots : tables.InverseRoots).Span, tail = (forward ? tables.Tail : tables.InverseTail).Span)
        {
            switch (width)
            {
                case VectorWidth.Bits512:
                    Run<Lanes512, Vector512<double>, Vector512<ulong>>(x, values.Length, roots, tail, modulus.Value, forward);
                    break;
                case VectorWidth.Bits256:
                    Run<Lanes256, Vector256<double>, Vector256<ulong>>(x, values.Length, roots, tail, modulus.Value, forward);
                    break;
                default:
                    Run<Lanes128, Vector128<double>, Vector128<ulong>>(x, values.Length, roots, tail, modulus.Value, forward);
                    break;
            }
        }
    }

    private static unsafe void Run<TLanes, TDouble, TWord>(double* x, int degree, double* roots, double* tail, double p, bool forward)
        where TLanes : struct, ILanes<TDouble, TWord>
        where TDouble : struct
        where TWord : struct
    {
        if (forward)
        {
            FmaTransform<TLanes, TDouble, TWord>.Forward(x, degree, roots, tail, p);
        }
        else
        {
            FmaTransform<TLanes, TDouble, TWord>.InverseUnscaled(x, degree, roots, tail, p);
        }
    }

    /// <summary>The kernel's product in scalar double arithmetic, operation by operation.</summary>
    private static double MultiplyMod(double v, double w, double p)
    {
        if (Lanes128.IsSupported)
        {
            return FmaTransform<Lanes128, Vector128<double>, Vector128<ulong>>.MultiplyMod(
                Vector128.Create(v), Vector128.Create(w), Vector128.Create(p), Vector128.Create(1.0 / p)).ToScalar();
        }

        double h = v * w;
        double k = Math.Round(h * (1.0 / p));
        return Math.FusedMultiplyAdd(-k, p, h) + Math.FusedMultiplyAdd(v, w, -h);
    }

    private static ulong[] Canonical(double[] values, Modulus modulus) => [.. values.Select(v => modulus.Reduce(new BigInteger(v)))];

    private static ulong SmallestPrimeAbove(ulong bound, int degree)
    {
        ulong step = 2 * (ulong)degree;
        ulong candidate = (bound / step * step) + 1;
        while (candidate <= bound || !Primality.IsPrime(candidate))
        {
            candidate += step;
        }

        return candidate;
    }

    private static T[] Fill<T>(int degree, Func<int, T> value) => [.. Enumerable.Range(0, degree).Select(value)];
}
