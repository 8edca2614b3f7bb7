using System.Buffers.Binary;
using SecureFL.Ring.Arithmetic;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Tests;

public sealed class SealRandomStreamTests
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 5))];

    [Fact]
    public void Blocks_are_numbered_from_zero()
    {
        SealRandomStream stream = new(Seed);
        for (ulong block = 0; block < 3; block++)
        {
            byte[] counter = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(counter, block);
            byte[] expected = new byte[4096];
            Blake2Xb.Hash(Seed, counter, expected);
            for (int i = 0; i < 512; i++)
            {
                Assert.Equal(BinaryPrimitives.ReadUInt64LittleEndian(expected.AsSpan(8 * i)), stream.NextWord());
            }
        }
    }

    /// <summary>
    /// A 60-bit prime with 2^64 mod p close to p makes one word in eighteen a retry; the expectation is written word by
    /// word from the description of the sampler.
    /// </summary>
    [Fact]
    public void Retries_replace_refused_words_in_order_after_the_bulk_draw()
    {
        const int Degree = 1024;
        Modulus often = new(FrequentRetryPrime(Degree));
        Modulus rarely = Primality.LargestPrimes(40, Degree, 1)[0];
        foreach (Modulus[] moduli in new[] { new[] { often }, [rarely, often], [often, rarely] })
        {
            SealRandomStream stream = new(Seed);
            ulong[] actual = new ulong[moduli.Length * Degree];
            stream.SampleUniform(moduli, Degree, actual);

            SealRandomStream words = new(Seed);
            Queue<ulong> bulk =
                new(Enumerable.Range(0, moduli.Length * Degree).Select(_ => words.NextWord()).ToArray());
            int retries = 0;
            for (int i = 0; i < actual.Length; i++)
            {
                UInt128 p = moduli[i / Degree].Value;
                ulong word = bulk.Dequeue();
                // The largest multiple of p below 2^64 - 1; SEAL's limit leaves one value more out than it must.
                UInt128 limit = (ulong.MaxValue / p * p) - 1;
                while (word >= limit)
                {
                    word = words.NextWord();
                    retries++;
                }

                Assert.Equal((ulong)(word % p), actual[i]);
            }

            Assert.InRange(retries, 20, 200);
            Assert.Equal(retries, stream.Retries);
            Assert.Equal(words.NextWord(), stream.NextWord());
        }
    }

    [Fact]
    public void Refuses_seeds_of_another_size() =>
        Assert.Throws<ArgumentException>(() => new SealRandomStream(new byte[63]));

    /// <summary>
    /// The largest prime p = 1 mod 2N below 2^64 / 17: 16 multiples fit into 64 bits, and the room left is nearly p.
    /// </summary>
    internal static ulong FrequentRetryPrime(int degree)
    {
        ulong step = 2 * (ulong)degree;
        ulong candidate = ((ulong.MaxValue / 17) + (1UL << 50)) / step * step + 1;
        while (ulong.MaxValue / candidate != 16 || !Primality.IsPrime(candidate))
        {
            candidate += step;
        }

        return candidate;
    }
}
