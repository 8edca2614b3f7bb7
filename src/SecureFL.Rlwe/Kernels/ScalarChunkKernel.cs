using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Rlwe.Kernels;

/// <summary>
/// The chunk kernel in plain integers and big integers: for processors without fused multiply-add, and the oracle of
/// the vector kernels.
/// </summary>
internal sealed unsafe class ScalarChunkKernel(ChunkConstants constants) : ChunkKernel(constants)
{
    private static readonly WordKernel Words = WordKernel.Create(VectorWidth.Scalar);

    internal override void GatherWords(int* lanes, double* words)
    {
        int lane = 0;
        for (int g = 0; g < Constants.Words; g++)
        {
            int count = Constants.Parameters.Layout.LanesPerWord[g];
            for (int i = 0; i < Group; i++)
            {
                long word = 0;
                for (int j = count - 1; j >= 0; j--)
                {
                    word = (word * Constants.Parameters.Layout.Radices[lane + j]) + lanes[((lane + j) * Group) + i];
                }

                words[(g * Group) + i] = word;
            }

            lane += count;
        }
    }

    internal override void Encrypt(int prime, double* words, ulong* mask, ulong* packed)
    {
        Modulus modulus = Constants.Parameters.Ckks.Moduli[prime];
        Span<ulong> residues = stackalloc ulong[Group];
        for (int i = 0; i < Group; i++)
        {
            Int128 sum = mask[i];
            for (int g = 0; g < Constants.Words; g++)
            {
                sum += (Int128)(long)words[(g * Group) + i]
                    * (long)Constants.Weights.Span[(prime * Constants.Words) + g];
            }

            Int128 residue = sum % modulus.Value;
            residues[i] = (ulong)(residue + ((residue >> 127) & (Int128)modulus.Value));
        }

        Words.Pack(residues, modulus.Bits, new Span<byte>(packed, WordKernel.PackedBytes(Group, modulus.Bits)));
    }

    internal override bool Add(int prime, ulong** packed, int count, ulong* sums)
    {
        bool below = true;
        Span<ulong> residues = stackalloc ulong[Group];
        for (int upload = 0; upload < count; upload++)
        {
            below &= Unpack(prime, packed[upload], residues);
            for (int i = 0; i < Group; i++)
            {
                sums[i] += residues[i];
            }
        }

        return below;
    }

    internal override void Subtract(int prime, ulong* packed, ulong* sums)
    {
        Span<ulong> residues = stackalloc ulong[Group];
        Unpack(prime, packed, residues);
        for (int i = 0; i < Group; i++)
        {
            sums[i] -= residues[i];
        }
    }

    internal override void Reduce(int prime, ulong* sums)
    {
        ulong modulus = Constants.Parameters.Ckks.Moduli[prime].Value;
        for (int i = 0; i < Group; i++)
        {
            sums[i] %= modulus;
        }
    }

    internal override bool Open(ulong** sums, ulong** masks, double* scratch, double* lanes, ref double noiseSquares,
        ref double noiseMax)
    {
        RnsBasis basis = Constants.Parameters.Ckks.Basis;
        BigInteger halfRange = Constants.Parameters.Layout.Range / 2;
        Span<ulong> residues = stackalloc ulong[Constants.Primes];
        bool inside = true;
        for (int i = 0; i < Group; i++)
        {
            for (int j = 0; j < residues.Length; j++)
            {
                Modulus p = basis.Moduli[j];
                residues[j] = p.Subtract(sums[j][i] % p.Value, masks[j][i]);
            }

            BigInteger value = basis.Recombine(residues);
            BigInteger message = (value + Constants.RoundingOffset) >> Constants.Parameters.LogDelta;
            double noise = (double)(value - (message << Constants.Parameters.LogDelta));
            noiseSquares += noise * noise;
            noiseMax = Math.Max(noiseMax, Math.Abs(noise));
            inside &= BigInteger.Abs(message) <= halfRange;
            for (int lane = 0; lane < Constants.Parameters.Lanes; lane++)
            {
                BigInteger radix = Constants.Parameters.Layout.Radices[lane];
                BigInteger shifted = message + (radix / 2);
                BigInteger digit = (((shifted % radix) + radix) % radix) - (radix / 2);
                lanes[(lane * Group) + i] = (double)digit;
                message = (message - digit) / radix;
            }
        }

        return inside;
    }

    internal override void ToIntegers(double* values, long* integers, int count)
    {
        for (int i = 0; i < count; i++)
        {
            integers[i] = (long)values[i];
        }
    }

    internal override void ToSingles(double* values, double step, float* singles, int count)
    {
        for (int i = 0; i < count; i++)
        {
            singles[i] = (float)(values[i] * step);
        }
    }

    private bool Unpack(int prime, ulong* packed, Span<ulong> residues)
    {
        Modulus modulus = Constants.Parameters.Ckks.Moduli[prime];
        return Words.Unpack(new ReadOnlySpan<byte>(packed, WordKernel.PackedBytes(Group, modulus.Bits)), modulus.Bits,
            modulus.Value, residues);
    }
}
