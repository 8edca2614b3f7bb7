using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.OneTimeKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Rlwe.Tests;

public sealed class PublicPolynomialExpanderTests
{
    private static readonly CkksParameters Parameters =
        new(4096, [.. Primality.LargestPrimes(40, 4096, 2).Select(p => p.Value)], 12,
            ErrorDistribution.CenteredBinomial);

    private static readonly byte[] Seed = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public void Is_the_uniform_sample_under_the_documented_key()
    {
        byte[] input = [.. "SecureFL v2 public polynomial   "u8, .. Seed, .. new byte[16]];
        BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(64), 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(68), 0x1122334455667788);
        BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(76), 1);
        ulong[] expected = new ulong[4096];
        using Keystream stream = new(SHA256.HashData(input));
        new UniformSampler(4096).Fill(stream, Parameters.Moduli[1], expected);
        Assert.Equal(expected, Expand(Seed, 0xA1B2C3D4, 0x1122334455667788, 1));
    }

    [Fact]
    public void Is_deterministic_whatever_was_expanded_before()
    {
        ulong[] first = Expand(Seed, 3, 5, 0);
        using PublicPolynomialExpander expander = new(Parameters, Seed);
        ulong[] residues = new ulong[4096];
        for (int i = 0; i < 5; i++)
        {
            expander.Expand((uint)i, (ulong)(7 * i), i % 2, residues);
        }

        expander.Expand(3, 5, 0, residues);
        Assert.Equal(first, residues);
    }

    [Fact]
    public void Vector_chunk_prime_and_seed_all_change_it()
    {
        List<ulong[]> all = [];
        foreach (uint vector in new uint[] { 0, 1, 256, uint.MaxValue })
        {
            foreach (ulong chunk in new ulong[] { 0, 1, 256, 1UL << 32, ulong.MaxValue })
            {
                all.Add(Expand(Seed, vector, chunk, 0));
                all.Add(Expand(Seed, vector, chunk, 1));
            }
        }

        for (int bit = 0; bit < 256; bit += 17)
        {
            byte[] seed = [.. Seed];
            seed[bit / 8] ^= (byte)(1 << (bit % 8));
            all.Add(Expand(seed, 0, 0, 0));
        }

        // Not only different polynomials: they share no more coefficients in place than chance allows (4096 words of 40
        // bits: none).
        for (int i = 0; i < all.Count; i++)
        {
            for (int j = i + 1; j < all.Count; j++)
            {
                Assert.True(all[i].Zip(all[j]).Count(pair => pair.First == pair.Second) <= 1);
            }
        }
    }

    [Fact]
    public void Residues_are_canonical()
    {
        for (int prime = 0; prime < 2; prime++)
        {
            ulong p = Parameters.Moduli[prime].Value;
            Assert.All(Expand(Seed, 0, 9, prime), residue => Assert.True(residue < p));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Refuses_seeds_of_another_size(int length) =>
        Assert.Throws<ArgumentException>(() => new PublicPolynomialExpander(Parameters, new byte[length]));

    private static ulong[] Expand(byte[] seed, uint vector, ulong chunk, int prime)
    {
        using PublicPolynomialExpander expander = new(Parameters, seed);
        ulong[] residues = new ulong[4096];
        expander.Expand(vector, chunk, prime, residues);
        return residues;
    }
}
