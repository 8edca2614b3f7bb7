using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace SecureFL.Testing;

/// <summary>
/// Fixed against random secrets, timed in random order (Reparaz, Balasch and Verbauwhede, "Dude, is my code constant
/// time?", DATE 2017): Welch's t over the samples below the 90th percentile. A leak drives |t| up with the square root
/// of the number of samples; without one t is standard normal for independent samples, and the bar of 10 is passed by
/// chance with probability below 2^-75 an attempt. A shared machine correlates samples, so only three attempts in a row
/// above the bar fail. A difference below 0.3 % of the time is not called a leak either: so much the state of the
/// caches does that the preparation leaves; one branch or table look-up a coefficient, taken in one class only, is many
/// times more, as the tests show that must see one.
/// </summary>
internal static class WelchTimingTest
{
    internal const double Bar = 10;
    internal const int Attempts = 3;
    private const double SmallestLeak = 0.003;

    /// <summary>
    /// The t value of each attempt, up to the first one below the bar: a leak is there if all are above.
    /// </summary>
    /// <param name="prepare">Sets the secret up, untimed: class 0 is the fixed secret, class 1 a random one.</param>
    /// <param name="operation">What is timed.</param>
    /// <param name="samples">Measurements an attempt.</param>
    internal static IReadOnlyList<double> Run(Action<int, Random> prepare, Action operation, int samples)
    {
        List<double> seen = [];
        while (seen.Count < Attempts && (seen.Count == 0 || Math.Abs(seen[^1]) >= Bar))
        {
            seen.Add(Measure(prepare, operation, samples, seen.Count + 1));
        }

        return seen;
    }

    /// <summary>
    /// The fixed value in class 0, the drawn one in class 1, without a branch: preparing one class must not differ from
    /// preparing the other.
    /// </summary>
    internal static int Choose(int secretClass, int fixedValue, int drawn) =>
        (drawn & -secretClass) | (fixedValue & ~-secretClass);

    internal static void AssertNoLeak(Action<int, Random> prepare, Action operation, int samples)
    {
        IReadOnlyList<double> seen = Run(prepare, operation, samples);
        Assert.True(Math.Abs(seen[^1]) < Bar,
            $"|t| stayed above {Bar}: {string.Join(", ", seen.Select(t => t.ToString("F1")))}");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static double Measure(Action<int, Random> prepare, Action operation, int samples, int seed)
    {
        Random random = new(seed);
        long[] ticks = new long[samples];
        int[] classes = new int[samples];
        for (int i = -samples / 10; i < samples; i++)
        {
            int secretClass = random.Next(2);
            prepare(secretClass, random);
            long start = Stopwatch.GetTimestamp();
            operation();
            long elapsed = Stopwatch.GetTimestamp() - start;
            if (i >= 0)
            {
                ticks[i] = elapsed;
                classes[i] = secretClass;
            }
        }

        long crop = ticks.Order().ElementAt(samples * 9 / 10);
        (double Mean, double SquaredError) zero = Moments(ticks, classes, 0, crop);
        (double Mean, double SquaredError) one = Moments(ticks, classes, 1, crop);
        double error = zero.SquaredError + one.SquaredError;
        double difference = zero.Mean - one.Mean;
        return Math.Abs(difference) < SmallestLeak * one.Mean ? 0 : difference / Math.Sqrt(error);
    }

    private static (double Mean, double SquaredError) Moments(long[] ticks, int[] classes, int secretClass, long crop)
    {
        double[] kept = [.. ticks.Where((t, i) => classes[i] == secretClass && t <= crop).Select(t => (double)t)];
        double mean = kept.Average();
        return (mean, kept.Sum(t => (t - mean) * (t - mean)) / (kept.Length - 1) / kept.Length);
    }
}
