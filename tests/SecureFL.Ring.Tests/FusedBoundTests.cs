using System.Runtime.InteropServices;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Sampling;

namespace SecureFL.Ring.Tests;

/// <summary>
/// Attacks on the passes that do more than a step of the transform: the ternary first pass, the product before the
/// inverse tail, the addend in the last pass.
/// </summary>
[Trait("Category", "Slow")]
public sealed class FusedBoundTests
{
    /// <summary>
    /// Values of the inverse network that are extreme at some level, reached by products of the largest lifted values
    /// that the contract allows; and the largest addends.
    /// </summary>
    [Theory]
    [MemberData(nameof(LazyBoundTests.DegreesAndPrimes), MemberType = typeof(LazyBoundTests))]
    public void Products_of_the_largest_lifted_values_equal_the_scalar_oracle(int degree, ulong prime)
    {
        Modulus modulus = new(prime);
        Random random = new(degree);
        ScalarRingKernel oracle = new(degree, modulus);
        ulong[] key = Factors(degree, modulus, random);
        ulong[] inverseKey = [.. key.Select(modulus.Inverse)];
        ulong[] scaledInverse = [.. inverseKey.Select(word => modulus.Multiply(word, modulus.Inverse((ulong)degree)))];
        ulong[] left = new ulong[degree];
        double[] lifted = new double[degree];
        ulong[] expected = new ulong[degree];
        ulong[] result = new ulong[degree];
        ulong[] prepared = new ulong[degree];
        int[] addend =
            [.. Enumerable.Range(0, degree).Select(i => (i & 1) == 0 ? RingKernel.MaxAddend : -RingKernel.MaxAddend)];
        double bound = prime < 1UL << 48 ? 13 : 6.7;
        int sign = 1;
        RingKernel[] kernels =
            [.. RingKernelTests.VectorWidthsHere().Select(width => RingKernel.Create(degree, modulus, width))];
        foreach (ulong[] target in Targets(degree, modulus))
        {
            for (int i = 0; i < degree; i++)
            {
                double residue = modulus.Multiply(target[i], inverseKey[i]);
                double most = Math.Floor((bound * prime) - residue);
                double multiple = sign > 0 ? Math.Floor(most / prime)
                    : -Math.Floor(((bound * prime) + residue) / prime);
                lifted[i] = residue + (multiple * prime);
                left[i] = modulus.Multiply(target[i], scaledInverse[i]);
            }

            Assert.InRange(lifted.Max(Math.Abs), (bound - 1.1) * prime, bound * prime);
            oracle.MultiplyAdd(key, left, addend, expected);
            foreach (RingKernel kernel in kernels)
            {
                kernel.PrepareKey(key, prepared);
                kernel.MultiplyAddLifted(prepared, MemoryMarshal.Cast<double, ulong>(lifted), addend, result);
                Assert.Equal(expected, result);
            }

            sign = -sign;
        }
    }

    /// <summary>The same for the product of residues with a prepared secret, whose extremes are those of s.</summary>
    [Theory]
    [MemberData(nameof(LazyBoundTests.DegreesAndPrimes), MemberType = typeof(LazyBoundTests))]
    public void Products_of_extreme_residues_equal_the_scalar_oracle(int degree, ulong prime)
    {
        Modulus modulus = new(prime);
        ScalarRingKernel oracle = new(degree, modulus);
        RingKernel[] kernels =
            [.. RingKernelTests.VectorWidthsHere().Select(width => RingKernel.Create(degree, modulus, width))];
        int[] addend =
            [.. Enumerable.Range(0, degree).Select(i => (i & 2) == 0 ? RingKernel.MaxAddend : -RingKernel.MaxAddend)];
        int[] one = new int[degree];
        one[0] = 1;
        int[] largest = [.. Enumerable.Range(0, degree).Select(i => (i & 1) == 0 ? (1 << 23) - 1 : -(1 << 23) + 1)];
        ulong[] prepared = new ulong[degree];
        ulong[] expected = new ulong[degree];
        ulong[] result = new ulong[degree];
        int at = 0;
        foreach (ulong[] a in Targets(degree, modulus))
        {
            int[] secret = at++ % 3 == 0 ? largest : one;
            oracle.Prepare(secret, prepared);
            oracle.MultiplyAdd(a, prepared, addend, expected);
            foreach (RingKernel kernel in kernels)
            {
                kernel.Prepare(secret, prepared);
                kernel.MultiplyAdd(a, prepared, addend, result);
                Assert.Equal(expected, result);
            }
        }
    }

    /// <summary>
    /// Ternary polynomials of one sign, of signs that alternate with each bit of the position, and of the signs of the
    /// roots that meet in the first pass, so that one of its outputs is as large as it gets: the lifted values keep
    /// their bound, and their residues are the oracle's.
    /// </summary>
    [Theory]
    [MemberData(nameof(LazyBoundTests.DegreesAndPrimes), MemberType = typeof(LazyBoundTests))]
    public void Lifted_ternaries_keep_their_bound_and_their_residue(int degree, ulong prime)
    {
        Modulus modulus = new(prime);
        ScalarRingKernel oracle = new(degree, modulus);
        double bound = prime < 1UL << 48 ? 13 : 6.7;
        ulong[] lifted = new ulong[degree];
        double largest = 0;
        foreach (int[] ternary in Ternaries(degree, modulus))
        {
            ulong[] expected = [.. ternary.Select(t => modulus.Reduce(t))];
            oracle.Forward(expected);
            foreach (VectorWidth width in RingKernelTests.VectorWidthsHere())
            {
                RingKernel.Create(degree, modulus, width).LiftTernary(ternary, lifted);
                double[] values = MemoryMarshal.Cast<ulong, double>(lifted.AsSpan()).ToArray();
                for (int i = 0; i < degree; i++)
                {
                    Assert.True(Math.Abs(values[i]) < bound * prime);
                    largest = Math.Max(largest, Math.Abs(values[i]));
                    Assert.Equal(expected[i], modulus.Reduce((long)values[i]));
                }
            }
        }

        Assert.SkipUnless(RingKernelTests.VectorWidthsHere().Any(), "no fused multiply-add on this processor");
        Assert.True(largest > 2 * prime, $"only {largest / prime} p");
    }

    [Fact]
    public void Addends_beyond_the_contract_are_refused_where_they_are_drawn()
    {
        using WideSampler sampler = new(RingKernel.MaxAddend);
        RingKernel.RequireAddends(sampler.Bound);
        using WideSampler wider = new(RingKernel.MaxAddend + 1);
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => RingKernel.RequireAddends(wider.Bound));
        Assert.Contains("4096", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("4095", refusal.Message, StringComparison.Ordinal);

        // The smallest prime a ring can have leaves room for it.
        Assert.Equal(12289UL, TransformAttacks.SmallestPrimeAbove(2, RingKernel.MinDegree));
        Assert.True(RingKernel.MaxAddend < (12289 / 2) - 2);
    }

    /// <summary>The attacks on the transforms, and values next to p/2 in the sign patterns of every level.</summary>
    private static IEnumerable<ulong[]> Targets(int degree, Modulus modulus)
    {
        double most = Math.Floor(modulus.Value * 0.49);
        for (int pattern = 0; pattern < TransformAttacks.SignPatterns; pattern++)
        {
            yield return [.. TransformAttacks.Signed(degree, pattern, most).Select(x => modulus.Reduce((long)x))];
        }

        foreach (ulong[] attack in TransformAttacks.All(degree, modulus))
        {
            yield return attack;
        }
    }

    /// <summary>Non-zero factors: a quarter each at p/2, at -p/2 and at random.</summary>
    private static ulong[] Factors(int degree, Modulus modulus, Random random) =>
        TransformAttacks.Fill(degree, i => (i & 3) switch
    {
        0 => modulus.Value / 2,
        1 => (modulus.Value / 2) + 1,
        _ => (ulong)random.NextInt64(1, (long)modulus.Value),
    });

    private static IEnumerable<int[]> Ternaries(int degree, Modulus modulus)
    {
        for (int pattern = 0; pattern < TransformAttacks.SignPatterns; pattern++)
        {
            yield return [.. TransformAttacks.Signed(degree, pattern, 1).Select(x => (int)x)];
        }

        // The value of output (node, column) of three levels is sum_k x[column + k N/8] r^k for the node's point r =
        // psi_node^.. : take the signs of the factors.
        ulong psi = modulus.MinimalPrimitiveRoot(degree);
        for (int node = 0; node < 8; node++)
        {
            ulong point = modulus.Power(psi,
                (ulong)((2 * EvaluationOrder.ReverseBits(node, 3)) + 1) * ((ulong)degree / 8));
            int[] signs =
                [.. Enumerable.Range(0, 8).Select(k => Math.Sign(modulus.Centre(modulus.Power(point, (ulong)k))))];
            yield return TransformAttacks.Fill(degree, i => signs[i / (degree / 8)]);
            yield return TransformAttacks.Fill(degree,
                i => (i & 1) == 0 ? signs[i / (degree / 8)] : -signs[i / (degree / 8)]);
        }

        Random random = new(degree);
        yield return TransformAttacks.Fill(degree, _ => random.Next(-1, 2));
    }

    private sealed class WideSampler(int bound) : ISmallSampler
    {
        public double StandardDeviation => bound;

        public int Bound => bound;

        public void Fill(Randomness.Keystream stream, Span<int> samples) => samples.Fill(bound);

        public void Dispose()
        {
        }
    }
}
