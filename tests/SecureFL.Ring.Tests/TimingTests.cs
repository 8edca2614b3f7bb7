using System.Runtime.InteropServices;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Testing;

namespace SecureFL.Ring.Tests;

/// <summary>
/// The time of what touches secrets does not depend on them; see <see cref="WelchTimingTest"/> for the method and its
/// false-alarm rate.
/// </summary>
[Trait("Category", "Slow")]
[Collection(Alone.Name)]
public sealed class TimingTests
{
    private const int Count = 1024;
    private const int Samples = 40_000;

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void Table_scan_of_the_gaussian_sampler(byte fixedByte)
    {
        ulong[] words = new ulong[2 * 512];
        int[] samples = new int[512];
        ulong[] table = GaussianTable.OfSampler();
        WelchTimingTest.AssertNoLeak(
            (secretClass, random) => Draw(secretClass, random, fixedByte, MemoryMarshal.AsBytes(words.AsSpan())),
            () => WordKernel.Best.ScanTable(words.AsSpan(0, 512), words.AsSpan(512), table, samples),
            Samples);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void Count_of_ones_of_the_binomial_sampler(byte fixedByte)
    {
        byte[] packed = new byte[WordKernel.PackedBytes(4 * Count, CenteredBinomialSampler.Coins)];
        int[] samples = new int[4 * Count];
        WelchTimingTest.AssertNoLeak(
            (secretClass, random) => Draw(secretClass, random, fixedByte, packed),
            () => WordKernel.Best.CountOnes(packed, CenteredBinomialSampler.Coins, samples),
            Samples);
    }

    [Fact]
    public void Whole_samplers_under_a_fixed_or_a_random_key()
    {
        foreach (ISmallSampler sampler in new ISmallSampler[]
            { new TernarySampler(Count), new CenteredBinomialSampler(Count), new DiscreteGaussianSampler(Count) })
        {
            using (sampler)
            {
                int[] samples = new int[Count];
                byte[] key = new byte[Keystream.KeySize];
                using Keystream stream = new(key);
                WelchTimingTest.AssertNoLeak(
                    (secretClass, random) =>
                    {
                        Draw(secretClass, random, 0, key);
                        stream.Rekey(key);
                    },
                    () => sampler.Fill(stream, samples),
                    Samples / 2);
            }
        }
    }

    [Theory]
    [InlineData(48, 0)]
    [InlineData(48, 80)]
    [InlineData(48, -80)]
    [InlineData(50, -80)]
    public void Preparing_and_multiplying_a_secret(int bits, int fixedValue)
    {
        RingKernel kernel = RingKernel.Create(Count, Primality.LargestPrimes(bits, Count, 1)[0]);
        int[] secret = new int[Count];
        ulong[] prepared = new ulong[Count];
        ulong[] a = new ulong[Count];
        ulong[] result = new ulong[Count];
        Random publicRandom = new(3);
        foreach (ref ulong word in a.AsSpan())
        {
            word = (ulong)publicRandom.NextInt64((long)kernel.Modulus.Value);
        }

        WelchTimingTest.AssertNoLeak(
            (secretClass, random) =>
            {
                foreach (ref int coefficient in secret.AsSpan())
                {
                    int drawn = random.Next(-80, 81);
                    coefficient = WelchTimingTest.Choose(secretClass, fixedValue, drawn);
                }
            },
            () =>
            {
                kernel.Prepare(secret, prepared);
                kernel.MultiplyAdd(a, prepared, secret, result);
            },
            Samples / 2);
    }

    /// <summary>The method finds what it should: a branch on the secret.</summary>
    [Fact]
    public void A_branch_on_the_secret_is_seen()
    {
        byte[] secret = new byte[Count];
        double sum = 0;
        IReadOnlyList<double> seen = WelchTimingTest.Run(
            (secretClass, random) => Draw(secretClass, random, 0, secret),
            () =>
            {
                foreach (byte value in secret)
                {
                    if (value > 200)
                    {
                        sum += Math.Sqrt(value + sum);
                    }
                }
            },
            Samples);
        Assert.True(Math.Abs(seen[^1]) > WelchTimingTest.Bar, $"t = {seen[^1]:F1}, sum {sum}");
    }

    /// <summary>Both classes draw and copy, so that caches and the generator are in the same state.</summary>
    // Both classes go through the same instructions: what prepares a secret must not leave the processor in a state
    // that tells the classes apart.
    private static void Draw(int secretClass, Random random, byte fixedByte, Span<byte> secret)
    {
        random.NextBytes(secret);
        for (int i = 0; i < secret.Length; i++)
        {
            secret[i] = (byte)WelchTimingTest.Choose(secretClass, fixedByte, secret[i]);
        }
    }
}
