using System.Diagnostics;
using SecureFL.Ring.Randomness;

namespace SecureFL.Threshold.Tests;

/// <summary>
/// Fixed against random secrets, timed in random order (Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?", DATE 2017):
/// Welch's t over the samples below the 90th percentile. A leak drives |t| up with the square root of the samples; without one it stays
/// near 1. The bar of 10 is passed by chance with probability below 2^-75 an attempt for independent samples; because a shared machine
/// correlates them, only three attempts in a row above the bar fail.
/// </summary>
[Trait("Category", "Slow")]
public sealed class TimingTests
{
    private const int Coefficients = 1024;
    private const int Samples = 18_000;
    private const int WarmUp = 2_000;
    private const double Bar = 10;

    private static readonly OneTimeKeySharing Sharing = new(new ShamirSharing(2, 3), Coefficients);

    [Theory]
    [InlineData(0)]
    [InlineData(80)]
    [InlineData(-80)]
    public void Dealing_takes_a_time_that_does_not_depend_on_the_secret(int fixedValue)
    {
        byte[] payload = new byte[Sharing.PayloadBytes];
        byte[] challenge = TestData.Challenge(1);
        AssertNoLeak(fixedValue, secret =>
        {
            using OneTimeKeyShares shares = Sharing.DealShares(secret, SystemEntropy.Instance);
            shares.WritePayload(1, payload);
            shares.WritePayload(3, payload);
            shares.CreateProof(challenge);
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Adding_a_payload_takes_a_time_that_does_not_depend_on_its_words(int fixedValue)
    {
        uint[] words = new uint[Coefficients + OneTimeKeySharing.MaskCount];
        byte[] payload = new byte[Sharing.PayloadBytes];
        using ShareSum sum = new(Sharing, ShareSum.MaxContributions);   // room for three attempts
        int position = 0;
        AssertNoLeak(fixedValue, secret =>
        {
            for (int k = 0; k < secret.Length; k++)
            {
                words[k] = MersenneField.FromSigned(secret[k]);
            }

            WordPacking.Pack(words, payload);
            sum.Add(position++, payload);
        });
    }

    [Fact]
    public void The_measurement_sees_a_branch_on_the_secret()
    {
        uint sum = 0;
        double t = WelchT(0, secret =>
        {
            foreach (int coefficient in secret)
            {
                if (coefficient < 0)
                {
                    sum += MersenneField.Inverse((uint)-coefficient);
                }
            }
        });
        Assert.True(Math.Abs(t) > Bar, $"t = {t:F1}, sum {sum}");
    }

    private static void AssertNoLeak(int fixedValue, Action<int[]> operation, int attempts = 3)
    {
        List<double> seen = [];
        while (seen.Count < attempts)
        {
            double t = WelchT(fixedValue, operation);
            if (Math.Abs(t) < Bar)
            {
                return;
            }

            seen.Add(t);
        }

        Assert.Fail($"|t| stayed above {Bar}: {string.Join(", ", seen.Select(t => t.ToString("F1")))}");
    }

    private static double WelchT(int fixedValue, Action<int[]> operation)
    {
        Random random = new(1);
        int[][] pool = [.. Enumerable.Range(0, 64).Select(seed => TestData.SmallSecret(Coefficients, seed))];
        int[] constant = new int[Coefficients];
        Array.Fill(constant, fixedValue);
        int[] input = new int[Coefficients];
        List<(long Ticks, int Class)> samples = new(Samples);
        for (int i = -WarmUp; i < Samples; i++)
        {
            int @class = random.Next(2);
            int[] source = @class == 0 ? constant : pool[random.Next(pool.Length)];
            source.CopyTo(input, 0);
            long start = Stopwatch.GetTimestamp();
            operation(input);
            long ticks = Stopwatch.GetTimestamp() - start;
            if (i >= 0)
            {
                samples.Add((ticks, @class));
            }
        }

        long crop = samples.Select(sample => sample.Ticks).Order().ElementAt(Samples * 9 / 10);
        (double Mean, double Error) zero = Moments(samples, 0, crop);
        (double Mean, double Error) one = Moments(samples, 1, crop);
        return (zero.Mean - one.Mean) / Math.Sqrt(zero.Error + one.Error);
    }

    private static (double Mean, double Error) Moments(List<(long Ticks, int Class)> samples, int @class, long crop)
    {
        double[] kept = [.. samples.Where(sample => sample.Class == @class && sample.Ticks <= crop).Select(sample => (double)sample.Ticks)];
        double mean = kept.Average();
        return (mean, kept.Sum(x => (x - mean) * (x - mean)) / (kept.Length - 1) / kept.Length);
    }
}
