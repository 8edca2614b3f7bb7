using System.Numerics;

namespace SecureFL.Ring.Tests;

/// <summary>
/// The bounds of the proof beside <see cref="Kernels.FmaTransform{TLanes, TDouble, TWord}"/>, computed pass by pass as
/// the code runs them, for every degree and class of primes:
/// no value exceeds 2^53, and what the documentation promises of the outputs holds. Values are in units of p.
/// </summary>
public sealed class LazyRecurrenceTests
{
    /// <summary>The top of each class, 2^bits, and the degree.</summary>
    public static TheoryData<int, int> ClassesAndDegrees()
    {
        TheoryData<int, int> data = [];
        foreach (int bits in new[] { 24, 30, 40, 47, 48, 49, 50 })
        {
            for (int log = 10; log <= 15; log++)
            {
                data.Add(bits, log);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(ClassesAndDegrees))]
    public void The_recurrences_of_the_proof_settle(int bits, int logDegree)
    {
        Bounds bounds = new(bits);
        int steps = (logDegree - 3) / 2;
        double start = 1;
        if (logDegree % 2 == 0)
        {
            start = bounds.Sum(1, bounds.T(1));
        }

        double plain = bounds.ForwardTail(bounds.Forward(start, steps));
        Assert.True(plain < (bits <= 48 ? 13 : 6.4));

        // Three levels of a ternary polynomial in the first pass, or two.
        double tiny = Math.ScaleB(1, 1 - bits);
        double lifted = bounds.ForwardTail(
            bounds.Forward((logDegree % 2 == 0 ? 3.5 : 1.5) + tiny,
                (logDegree % 2 == 0 ? logDegree - 6 : logDegree - 5) / 2));
        Assert.True(lifted < (bits <= 48 ? 13 : 6.7));

        double backward = bounds.Inverse(bounds.InverseTail(bounds.T(1)), steps);
        Assert.True(bounds.Sum(backward, backward) < 8);
        Assert.True(bounds.T(plain) * Math.ScaleB(1, bits) < Math.ScaleB(1, 51),
            "what Prepare scales is reduced to a centred residue");

        foreach (double factor in new[] { 1, lifted })
        {
            double product = bits > 49 ? 0.5 : bounds.T(factor);
            int inner = (logDegree % 2 == 0 ? logDegree - 6 : logDegree - 5) / 2;
            double last = bounds.Inverse(bounds.InverseTail(product), inner);
            last = logDegree % 2 == 0 ? bounds.LastRadix8(last) : bounds.LastRadix4(last);
            Assert.True((last * Math.ScaleB(1, bits)) + Kernels.RingKernel.MaxAddend < Math.ScaleB(1, 53));
        }
    }

    [Fact]
    public void The_steps_are_those_of_the_code()
    {
        // 64 values a group are left to the tail's last three levels and the step before.
        foreach (int degree in new[] { 1024, 2048, 4096, 8192, 16384, 32768 })
        {
            int log = BitOperations.Log2((uint)degree);
            int length = log % 2 == 0 ? degree / 2 : degree;
            int steps = 0;
            for (int block = length; block > 8; block /= 4)
            {
                steps++;
            }

            Assert.Equal((log - 3) / 2, steps);
            Assert.Equal(8, length >> (2 * steps));
            int child = log % 2 == 0 ? degree / 8 : degree / 4;
            Assert.Equal(8, child >> (2 * ((log % 2 == 0 ? log - 6 : log - 5) / 2)));
        }
    }

    private sealed class Bounds(int bits)
    {
        private readonly double _e = 1.5 * Math.ScaleB(1, bits - 53);
        private readonly double _limit = Math.ScaleB(1, 53 - bits);
        private readonly bool _narrow = bits <= 48;
        private readonly bool _wide = bits > 49;

        internal double T(double v)
        {
            Assert.True(v <= _limit);
            return 0.5 + (_e * v);
        }

        internal double Sum(double a, double b)
        {
            Assert.True(a + b <= _limit);
            return a + b;
        }

        internal double Forward(double v, int steps)
        {
            for (; steps > 0; steps--)
            {
                double first = Sum(_narrow ? v : 0.5 * (1 + Math.ScaleB(1, -46)), T(v));
                v = Sum(first, T(Sum(v, T(v))));
            }

            return v;
        }

        internal double ForwardTail(double v)
        {
            for (int level = 0; level < 3; level++)
            {
                v = Sum(v, T(v));
            }

            return v;
        }

        internal double InverseTail(double v)
        {
            double two = Sum(v, v), four = Sum(two, two);
            double one = T(two), three = T(Sum(one, one));
            _ = Sum(four, four);
            double sum1 = Sum(Sum(one, one), Sum(one, one)), sum2 = Sum(T(four), T(four)), sum3 = Sum(three, three);
            double products = Max(T(2 * four), T(sum1), T(sum2), T(sum3));
            return _wide ? Max(products, sum3, 0.51) : Max(products, sum1, sum2, sum3);
        }

        internal double Inverse(double v, int steps)
        {
            for (; steps > 0; steps--)
            {
                double two = Sum(v, v), four = Sum(two, two), sum = Sum(T(two), T(two));
                v = Max(T(four), T(sum), _wide ? 0.51 : sum);
            }

            return v;
        }

        internal double LastRadix4(double v)
        {
            double two = Sum(v, v), four = Sum(two, two), sum = Sum(T(two), T(two));
            return Max(four, sum, T(four), T(sum));
        }

        internal double LastRadix8(double v)
        {
            double two = Sum(v, v), four = Sum(two, two), sum = Sum(T(two), T(two));
            double x0 = _narrow ? four : 0.51, x1 = _narrow ? sum : 0.51;
            double x2 = T(four), x3 = T(sum);
            return Max(Sum(x0, x0), Sum(x1, x1), Sum(x2, x2), Sum(x3, x3), T(2 * x0), T(2 * x1), T(2 * x2), T(2 * x3));
        }

        private static double Max(params double[] values) => values.Max();
    }
}
