using System.Buffers.Binary;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Randomness.Kernels;
using SecureFL.Ring.Sampling;
using SecureFL.Testing;

namespace SecureFL.Ring.Tests;

public sealed class UniformSamplerTests
{
    /// <summary>
    /// Primes from rejection of almost every second word to almost never; not all of them are NTT primes, which
    /// sampling does not need.
    /// </summary>
    [Theory]
    [InlineData((1UL << 21) + 17)]
    [InlineData(2752513)]
    [InlineData(12289)]
    [InlineData((1UL << 50) - 27)]
    [InlineData((1UL << 60) - 93)]
    [InlineData((1UL << 60) + 33)]
    [InlineData(3)]
    public void Follows_the_documented_rejection_rule(ulong prime)
    {
        Modulus modulus = new(prime);
        const int Count = 2048;
        for (int seed = 0; seed < 3; seed++)
        {
            using Keystream reference = new(TestEntropy.Key(seed));
            using Keystream stream = new(TestEntropy.Key(seed));
            ulong[] actual = new ulong[Count];
            new UniformSampler(Count).Fill(stream, modulus, actual);

            byte[] packed = new byte[Count * modulus.Bits / 8];
            reference.Fill(packed);
            ulong[] expected = WordPackingTests.UnpackBitByBit(packed, modulus.Bits, Count);
            int rejected = 0;
            byte[] word = new byte[8];
            for (int i = 0; i < Count; i++)
            {
                while (expected[i] >= prime)
                {
                    rejected++;
                    reference.Fill(word);
                    expected[i] = BinaryPrimitives.ReadUInt64LittleEndian(word)
                        & (ulong.MaxValue >> (64 - modulus.Bits));
                }
            }

            Assert.Equal(expected, actual);

            // Both streams stand at the same byte, and the rule was exercised as often as the prime asks for, within
            // six deviations.
            byte[] next = new byte[4];
            reference.Fill(next);
            byte[] nextToo = new byte[4];
            stream.Fill(nextToo);
            Assert.Equal(next, nextToo);
            double q = 1 - (prime / Math.ScaleB(1, modulus.Bits));
            double mean = Count * q / (1 - q);
            double deviation = Math.Sqrt(mean / (1 - q));
            Assert.InRange(rejected, mean - (6 * deviation), mean + (6 * deviation) + 1e-3);
        }
    }

    /// <summary>
    /// False alarm with probability 10^-6 for each of the two looks at each prime, over the choice of the (fixed) key.
    /// </summary>
    [Theory]
    [InlineData(97)]
    [InlineData(12289)]
    [InlineData((1UL << 21) + 17)]
    [InlineData(1125899906826241)]
    public void Is_uniform(ulong candidate)
    {
        ulong prime = candidate;
        while (!Primality.IsPrime(prime))
        {
            prime -= 2;
        }

        Modulus modulus = new(prime);
        const int Batch = 65536;
        const int Cells = 97;
        UniformSampler sampler = new(Batch);
        using Keystream stream = new(TestEntropy.Key(42));
        ulong[] residues = new ulong[Batch];
        long[] byValue = new long[Cells];
        long[] byRemainder = new long[Cells];
        for (int batch = 0; batch < 8; batch++)
        {
            sampler.Fill(stream, modulus, residues);
            foreach (ulong residue in residues)
            {
                Assert.True(residue < prime);
                byValue[(int)((UInt128)residue * Cells / prime)]++;
                byRemainder[(int)(residue % Cells)]++;
            }
        }

        // Cell i holds the residues r with floor(97 r / p) = i; and those that are i modulo 97.
        double[] values = new double[Cells];
        double[] remainders = new double[Cells];
        for (int i = 0; i < Cells; i++)
        {
            UInt128 first = (((UInt128)prime * (uint)i) + Cells - 1) / Cells;
            UInt128 next = (((UInt128)prime * (uint)(i + 1)) + Cells - 1) / Cells;
            values[i] = (double)(next - first) / prime;
            remainders[i] = ((prime / Cells) + ((ulong)i < prime % Cells ? 1UL : 0)) / (double)prime;
        }

        Assert.True(Statistics.ChiSquarePValue(byValue, values) > 1e-6);
        Assert.True(Statistics.ChiSquarePValue(byRemainder, remainders) > 1e-6);
    }

    [Fact]
    public void Refuses_odd_counts_and_more_than_its_room()
    {
        UniformSampler sampler = new(1024);
        Modulus modulus = new(12289);
        using Keystream stream = new(TestEntropy.Key(1));
        Assert.ThrowsAny<ArgumentException>(() => sampler.Fill(stream, modulus, new ulong[500]));
        Assert.ThrowsAny<ArgumentException>(() => sampler.Fill(stream, new Modulus((1UL << 60) - 93), new ulong[2048]));
    }

    [Fact]
    public void Fills_without_allocating()
    {
        Assert.SkipUnless(AesNiCounterCipher.IsSupported, "the framework's AES may allocate");
        UniformSampler sampler = new(1024);
        Modulus modulus = new((1UL << 21) + 17);
        using Keystream stream = new(TestEntropy.Key(1));
        ulong[] residues = new ulong[1024];
        sampler.Fill(stream, modulus, residues);
        long before = GC.GetAllocatedBytesForCurrentThread();
        sampler.Fill(stream, modulus, residues);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
