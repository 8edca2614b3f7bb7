using System.Numerics;
using System.Runtime.Intrinsics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Ring.Tests;

/// <summary>
/// Attacks on the lazy bounds of <see cref="FmaTransform{TLanes, TDouble, TWord}"/>: primes where the bounds are
/// tightest (the top of 48 bits, both ends of 49 and 50), inputs that are extreme at the start, at the end and at every
/// level in between, and the signed extremes that the transforms themselves allow.
/// </summary>
public sealed class LazyBoundTests
{
    public static TheoryData<int, ulong> DegreesAndPrimes()
    {
        TheoryData<int, ulong> data = [];
        foreach (int degree in new[] { 1024, 2048, 4096, 8192, 16384, 32768 })
        {
            // Both sides of every border between the classes of primes.
            ulong[] primes =
            [
                Primality.LargestPrimes(48, degree, 1)[0].Value,
                TransformAttacks.SmallestPrimeAbove(1UL << 48, degree),
                Primality.LargestPrimes(49, degree, 1)[0].Value,
                TransformAttacks.SmallestPrimeAbove(1UL << 49, degree),
                Primality.LargestPrimes(50, degree, 1)[0].Value,
            ];
            foreach (ulong prime in primes)
            {
                data.Add(RingKernelTests.SlowIfLarge(degree, new TheoryDataRow<int, ulong>(degree, prime)));
            }
        }

        foreach (int bits in new[] { 14, 20, 24, 30, 36, 40, 44, 47 })
        {
            data.Add(1024, Primality.LargestPrimes(bits, 1024, 1)[0].Value);
            if (bits is 20 or 36 or 47)
            {
                data.Add(8192, Primality.LargestPrimes(bits, 8192, 1)[0].Value);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(DegreesAndPrimes))]
    public void Extremes_at_every_level_equal_the_scalar_oracle(int degree, ulong prime)
    {
        Modulus modulus = new(prime);
        ScalarRingKernel oracle = new(degree, modulus);
        RingKernel[] kernels =
            [.. RingKernelTests.VectorWidthsHere().Select(width => RingKernel.Create(degree, modulus, width))];
        foreach (ulong[] input in TransformAttacks.All(degree, modulus))
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
    public void Outputs_of_the_largest_signed_inputs_keep_their_bound_and_their_residue(int degree, ulong prime)
    {
        Modulus modulus = new(prime);
        ScalarRingKernel oracle = new(degree, modulus);
        foreach (VectorWidth width in RingKernelTests.VectorWidthsHere())
        {
            for (int pattern = 0; pattern < TransformAttacks.SignPatterns; pattern++)
            {
                // Forward allows |x| <= p; backward T(1) p = (1/2 + e) p.
                double[] x = TransformAttacks.Signed(degree, pattern, prime - (ulong)(pattern % 3));
                ulong[] expected = Canonical(x, modulus);
                oracle.Forward(expected);
                Transform(width, modulus, x, forward: true);
                Assert.True(x.Max(Math.Abs) < ForwardBound(prime) * prime);
                Assert.Equal(expected, Canonical(x, modulus));

                double share = 0.5 + (1.5 * Math.ScaleB(prime, -53));
                x = TransformAttacks.Signed(degree, pattern, Math.Floor(share * prime));
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

    /// <summary>
    /// A value that grows at every level comes out exact, within the bound, and, where nothing is reduced on the way,
    /// so large that the bound is not idle.
    /// </summary>
    [Theory]
    [MemberData(nameof(DegreesAndPrimes))]
    public void A_value_that_grows_at_every_level_stays_exact(int degree, ulong prime)
    {
        Modulus modulus = new(prime);
        ScalarRingKernel oracle = new(degree, modulus);
        foreach (int leaf in new[] { 0, degree - 1, degree / 3 })
        {
            ulong[] input = TransformAttacks.Path(degree, modulus, leaf);
            ulong[] expected = [.. input];
            oracle.Forward(expected);
            foreach (VectorWidth width in RingKernelTests.VectorWidthsHere())
            {
                double[] x = [.. input.Select(word => (double)word)];
                Transform(width, modulus, x, forward: true);
                double largest = x.Max(Math.Abs) / prime;
                Assert.True(largest < ForwardBound(prime));
                Assert.True(prime > 1UL << 48 || largest > 0.9 + (0.4 * BitOperations.Log2((uint)degree)),
                    $"only {largest} p");
                Assert.Equal(expected, Canonical(x, modulus));
            }
        }
    }

    /// <summary>
    /// v * w - k p is exact and within p T(|v|) for the operands that the proof allows, at their ends and next to ties
    /// of the quotient.
    /// </summary>
    [Theory]
    [InlineData(20)]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(44)]
    [InlineData(47)]
    [InlineData(48)]
    [InlineData(49)]
    [InlineData(50)]
    public void Products_keep_their_bound(int bits)
    {
        Modulus modulus = Primality.LargestPrimes(bits, 1024, 1)[0];
        double p = modulus.Value;
        double slack = 1.5 * Math.ScaleB(1.0, bits - 53);
        Random random = new(bits);
        List<double> ws = [1, -1, 2, Math.Floor(p / 2), -Math.Floor(p / 2), Math.Floor(p / 3),
            modulus.Centre(modulus.Inverse(2)), modulus.Centre(modulus.Inverse(3))];
        List<double> vs = [0, 1, -1, p - 1, p, -p, Math.Floor(p / 2), Math.Ceiling(p / 2), Math.ScaleB(1, 53),
            -Math.ScaleB(1, 53), Math.ScaleB(1, 53) - 1, Math.ScaleB(1, 52) + 1];
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

    private static double ForwardBound(ulong prime) => prime < 1UL << 48 ? 13 : 6.4;

    private static unsafe void Transform(VectorWidth width, Modulus modulus, double[] values, bool forward)
    {
        FmaTables tables = new(values.Length, modulus);
        fixed (double* x = values, roots = (forward ? tables.Roots : tables.InverseRoots).Span,
            tail = (forward ? tables.Tail : tables.InverseTail).Span)
        {
            switch (width)
            {
                case VectorWidth.Bits512:
                    Run<Lanes512, Vector512<double>, Vector512<ulong>>(x, values.Length, roots, tail,
                        modulus.Value, forward);
                    break;
                case VectorWidth.Bits256:
                    Run<Lanes256, Vector256<double>, Vector256<ulong>>(x, values.Length, roots, tail,
                        modulus.Value, forward);
                    break;
                default:
                    Run<Lanes128, Vector128<double>, Vector128<ulong>>(x, values.Length, roots, tail,
                        modulus.Value, forward);
                    break;
            }
        }
    }

    private static unsafe void Run<TLanes, TDouble, TWord>(double* x, int degree, double* roots, double* tail, double p,
        bool forward)
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

    private static ulong[] Canonical(double[] values, Modulus modulus) =>
        [.. values.Select(v => modulus.Reduce(new BigInteger(v)))];
}
