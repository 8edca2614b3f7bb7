using System.Numerics;
using System.Runtime.InteropServices;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;

namespace SecureFL.Ring.Sampling;

/// <summary>
/// The discrete Gaussian of standard deviation 6.4, cut at 80 = 12.5 deviations, by inversion of its cumulative table
/// with a full scan of the table for every sample. Table entries have 126 bits, so each sample is within statistical
/// distance 2^-116 (tail) + 80 * 2^-126 (rounding) of the exact distribution.
/// </summary>
public sealed class DiscreteGaussianSampler : ISmallSampler
{
    /// <summary>The standard deviation.</summary>
    public const double Sigma = 6.4;

    /// <summary>The tail cut.</summary>
    public const int TailCut = 80;

    private const int WordBits = 63;

    private static readonly ulong[] Table = CumulativeTable();

    private readonly SecretBuffer<ulong> _words;

    /// <summary>A sampler of up to <paramref name="maxCount"/> samples at a time.</summary>
    public DiscreteGaussianSampler(int maxCount) => _words = new SecretBuffer<ulong>(checked(2 * maxCount));

    /// <inheritdoc/>
    public double StandardDeviation => Sigma;

    /// <inheritdoc/>
    public int Bound => TailCut;

    /// <inheritdoc/>
    public void Fill(Keystream stream, Span<int> samples)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<ulong> words = _words.Span[..(2 * samples.Length)];
        stream.Fill(MemoryMarshal.AsBytes(words));
        WordKernel.Best.ScanTable(words[..samples.Length], words[samples.Length..], Table, samples);
    }

    /// <summary>Erases the random words of the last samples.</summary>
    public void Dispose() => _words.Dispose();

    /// <summary>
    /// Entry k - 1 is floor(2^126 Pr[|x| >= k]) in two 63-bit words, high first; Pr is over |x| of the distribution cut
    /// at 80.
    /// </summary>
    private static ulong[] CumulativeTable()
    {
        const int Precision = 256;
        BigInteger one = BigInteger.One << Precision;
        BigInteger[] weights = new BigInteger[TailCut + 1];
        for (int k = 0; k <= TailCut; k++)
        {
            // k^2 / (2 * 6.4^2) = 25 k^2 / 2048; both signs of every k but 0.
            weights[k] = ExpMinus(25 * k * k, 2048, one) * (k == 0 ? 1 : 2);
        }

        BigInteger total = weights.Aggregate(BigInteger.Add);
        ulong[] table = new ulong[2 * TailCut];
        BigInteger tail = BigInteger.Zero;
        for (int k = TailCut; k >= 1; k--)
        {
            tail += weights[k];
            BigInteger entry = (tail << (2 * WordBits)) / total;
            table[(2 * k) - 2] = (ulong)(entry >> WordBits);
            table[(2 * k) - 1] = (ulong)(entry & ((BigInteger.One << WordBits) - 1));
        }

        return table;
    }

    /// <summary>
    /// exp(-numerator/denominator) in fixed point: (exp(-x/2^7))^(2^7) by Taylor's series with 64 guard bits.
    /// </summary>
    private static BigInteger ExpMinus(int numerator, int denominator, BigInteger one)
    {
        const int Guard = 64;
        const int Halvings = 7;
        BigInteger unit = one << Guard;
        int bits = (int)(unit.GetBitLength() - 1);
        BigInteger x = unit * numerator / denominator >> Halvings;
        BigInteger term = unit;
        BigInteger sum = unit;
        for (int i = 1; !term.IsZero; i++)
        {
            term = -(term * x / unit) / i;
            sum += term;
        }

        for (int i = 0; i < Halvings; i++)
        {
            sum = sum * sum >> bits;
        }

        return sum >> Guard;
    }
}
