using System.Numerics;
using SecureFL.Encoding.Planning;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Memory;

namespace SecureFL.Encoding.Kernels;

/// <summary>
/// The numbers the chunk kernels need, from the parameters. Positions are the digits of Delta*m + e in the mixed base (Delta, R_0, R_1, ...):
/// digit 0 is the noise, digit 1 + g is word g of the lanes, of radix R_g.
/// </summary>
internal sealed class ChunkConstants
{
    internal ChunkConstants(AggregationParameters parameters)
    {
        RnsBasis basis = parameters.Ckks.Basis;
        Parameters = parameters;
        Primes = basis.Moduli.Length;
        Words = parameters.Layout.WordRadices.Length;
        Positions = Words + 1;
        Weights = new AlignedBuffer<double>(Primes * Words);
        WeightWords = new AlignedBuffer<long>(Primes * Words);
        DigitWords = new AlignedBuffer<long>(Positions * Primes);
        WeightRatios = new AlignedBuffer<double>(Primes * Words);
        DigitRatios = new AlignedBuffer<double>(Positions * Primes);
        Radices = new AlignedBuffer<double>(Positions);
        Digits = new AlignedBuffer<double>(Positions * Primes);
        ModulusDigits = new AlignedBuffer<double>(Positions + 1);
        CofactorInverses = new AlignedBuffer<double>(Primes);
        Radices.Span[0] = Math.ScaleB(1.0, parameters.LogDelta);
        for (int g = 0; g < Words; g++)
        {
            Radices.Span[g + 1] = parameters.Layout.WordRadices[g];
        }

        for (int i = 0; i < Primes; i++)
        {
            Modulus p = basis.Moduli[i];
            BigInteger weight = BigInteger.One << parameters.LogDelta;
            for (int g = 0; g < Words; g++)
            {
                Weights.Span[(i * Words) + g] = p.Centre(p.Reduce(weight));
                WeightWords.Span[(i * Words) + g] = (long)Weights.Span[(i * Words) + g];
                WeightRatios.Span[(i * Words) + g] = Weights.Span[(i * Words) + g] / p.Value;
                weight *= parameters.Layout.WordRadices[g];
            }

            BigInteger cofactor = basis.Cofactor(p);
            CofactorInverses.Span[i] = p.Centre(p.Inverse(p.Reduce(cofactor)));
            for (int position = 0; position < Positions; position++)
            {
                cofactor = BigInteger.DivRem(cofactor, (long)Radices.Span[position], out BigInteger digit);
                Digits.Span[(position * Primes) + i] = (double)digit;
                DigitWords.Span[(position * Primes) + i] = (long)digit;
                DigitRatios.Span[(position * Primes) + i] = (double)digit / Radices.Span[position];
            }
        }

        BigInteger modulus = basis.Product;
        for (int position = 0; position < Positions; position++)
        {
            modulus = BigInteger.DivRem(modulus, (long)Radices.Span[position], out BigInteger digit);
            ModulusDigits.Span[position] = (double)digit;
        }

        ModulusDigits.Span[Positions] = (double)modulus;
    }

    internal AggregationParameters Parameters { get; }

    internal int Primes { get; }

    internal int Words { get; }

    internal int Positions { get; }

    /// <summary>[prime][word]: Delta * R_0 * ... * R_{g-1} mod p_i, centred.</summary>
    internal AlignedBuffer<double> Weights { get; }

    /// <summary>The weights as integers.</summary>
    internal AlignedBuffer<long> WeightWords { get; }

    /// <summary>The weights divided by their primes.</summary>
    internal AlignedBuffer<double> WeightRatios { get; }

    /// <summary>Delta, then the word radices.</summary>
    internal AlignedBuffer<double> Radices { get; }

    /// <summary>[position][prime]: the digits of q/p_i.</summary>
    internal AlignedBuffer<double> Digits { get; }

    /// <summary>The digits of q/p_i as integers.</summary>
    internal AlignedBuffer<long> DigitWords { get; }

    /// <summary>The digits of q/p_i divided by their radices.</summary>
    internal AlignedBuffer<double> DigitRatios { get; }

    /// <summary>The digits of q, and what is left above them.</summary>
    internal AlignedBuffer<double> ModulusDigits { get; }

    /// <summary>(q/p_i)^-1 mod p_i, centred.</summary>
    internal AlignedBuffer<double> CofactorInverses { get; }
}
