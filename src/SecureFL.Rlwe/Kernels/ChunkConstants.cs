using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Memory;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Kernels;

/// <summary>
/// The numbers the chunk kernels need, from the parameters. Positions are the digits of Delta*m + e in the mixed base
/// (Delta, R_0, R_1, ...):
/// digit 0 is the noise, digit 1 + g is word g of the lanes, of radix R_g. A Delta above 2^40 is itself split, into two
/// or three powers of two: then the noise is the first <see cref="NoiseDigits"/> digits, and every digit stays an exact
/// double.
/// </summary>
internal sealed class ChunkConstants
{
    private const int MaxNoiseDigitBits = 40;

    internal ChunkConstants(AggregationParameters parameters)
    {
        RnsBasis basis = parameters.Ckks.Basis;
        Parameters = parameters;
        Primes = basis.Moduli.Length;
        Words = parameters.Layout.WordRadices.Length;
        NoiseDigits = (parameters.LogDelta + MaxNoiseDigitBits - 1) / MaxNoiseDigitBits;
        Positions = Words + NoiseDigits;
        Weights = new AlignedBuffer<double>(Primes * Words);
        WeightWords = new AlignedBuffer<long>(Primes * Words);
        DigitWords = new AlignedBuffer<long>(Positions * Primes);
        WeightRatios = new AlignedBuffer<double>(Primes * Words);
        DigitRatios = new AlignedBuffer<double>(Positions * Primes);
        Radices = new AlignedBuffer<double>(Positions);
        Digits = new AlignedBuffer<double>(Positions * Primes);
        ModulusDigits = new AlignedBuffer<double>(Positions + 1);
        CofactorInverses = new AlignedBuffer<double>(Primes);
        BigInteger below = BigInteger.One;
        for (int digit = 0, left = parameters.LogDelta; digit < NoiseDigits; digit++)
        {
            int bits = (left + NoiseDigits - digit - 1) / (NoiseDigits - digit);
            Radices.Span[digit] = Math.ScaleB(1.0, bits);
            // A balanced digit of an even radix R starts at -R/2: rounding by Delta rounds up from the sum of those.
            RoundingOffset += below << (bits - 1);
            below <<= bits;
            left -= bits;
        }

        for (int g = 0; g < Words; g++)
        {
            Radices.Span[g + NoiseDigits] = parameters.Layout.WordRadices[g];
        }

        LaneWeights = new AlignedBuffer<double>(parameters.Lanes);
        for (int g = 0, lane = 0; g < Words; g++)
        {
            double laneWeight = 1;
            for (int j = 0; j < parameters.Layout.LanesPerWord[g]; j++, lane++)
            {
                LaneWeights.Span[lane] = laneWeight;
                laneWeight *= parameters.Layout.Radices[lane];
            }
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

        // z_i is a product of a lazy residue, |v|
        // < 3/2 p + 2^33, with a centred one; the carry is at most their sum, the rest at most (k + 2) R with |k| <=
        // sum z_i/p_i + 1.
        double[] bounds =
            [.. basis.Moduli.Select(p => 0.5 + (1.5 * ((1.5 * p.Value) + Math.ScaleB(1, 33)) * Math.ScaleB(1, -53)))];
        double carry = bounds.Zip(basis.Moduli, (bound, p) => bound * p.Value).Sum();
        DigitsAreExact = carry + ((bounds.Sum() + 3) * Radices.Span.ToArray().Max()) < Math.ScaleB(1, 51);
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

    /// <summary>Digits that make up the noise; their radices multiply to Delta.</summary>
    internal int NoiseDigits { get; }

    /// <summary>Whether a digit before its carry is taken off stays below 2^51.</summary>
    internal bool DigitsAreExact { get; }

    /// <summary>What is added before the division by Delta that rounds: the opposite of the smallest noise.</summary>
    internal BigInteger RoundingOffset { get; }

    /// <summary>[lane]: the product of the radices below it in its word, exact.</summary>
    internal AlignedBuffer<double> LaneWeights { get; }

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
