using System.Numerics;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Memory;

namespace SecureFL.Seal.Kernels;

/// <summary>
/// Constants of the canonical embedding of degree N = 2M. Slot i of SEAL is m at zeta^(3^i), zeta = exp(i pi / N).
/// Every conjugate pair of primitive 2N-th roots has one member zeta^(4k+1), k = 0..M-1, and with y_n = (m_n + i
/// m_(n+M)) zeta^n the values there are the discrete Fourier transform sum_n y_n exp(2 pi i n k / M). So slot i is the
/// value k with 4k + 1 = 3^i mod 2N, or the conjugate of that with 4k + 1 = -3^i.
/// </summary>
internal sealed class EmbeddingTables
{
    internal EmbeddingTables(int degree)
    {
        Degree = degree;
        Points = degree / 2;
        (TwistReal, TwistImaginary) = (new AlignedBuffer<double>(Points), new AlignedBuffer<double>(Points));
        for (int n = 0; n < Points; n++)
        {
            (TwistImaginary.Span[n], TwistReal.Span[n]) = double.SinCosPi((double)n / degree);
        }

        // Level h = 1, 2, 4, ... M/2 has exp(pi i j / h) for j
        // < h at h + j; the second half is exactly i times the first, so that every width rounds alike.
        (RootReal, RootImaginary) = (new AlignedBuffer<double>(Points), new AlignedBuffer<double>(Points));
        for (int h = 1; h < Points; h *= 2)
        {
            for (int j = 0; j < h; j++)
            {
                bool quarter = h > 1 && j >= h / 2;
                int first = h + j - (h / 2);
                (RootReal.Span[h + j], RootImaginary.Span[h + j]) = quarter
                    ? (-RootImaginary.Span[first], RootReal.Span[first]) : Root(j, h);
            }
        }

        Position = new int[Points];
        Conjugate = new bool[Points];
        int bits = BitOperations.Log2((uint)Points);
        int exponent = 1;
        for (int slot = 0; slot < Points; slot++)
        {
            bool conjugate = (exponent & 3) == 3;
            int k = ((conjugate ? (2 * degree) - exponent : exponent) - 1) / 4;
            Conjugate[slot] = conjugate;
            Position[slot] = EvaluationOrder.Transpose(EvaluationOrder.ReverseBits(k, bits));
            exponent = exponent * 3 % (2 * degree);
        }
    }

    internal int Degree { get; }

    /// <summary>M.</summary>
    internal int Points { get; }

    /// <summary>
    /// Where the value of a slot stands among the transform's values, bit-reversed with each group of 64 transposed.
    /// </summary>
    internal int[] Position { get; }

    /// <summary>Whether it stands there as its conjugate.</summary>
    internal bool[] Conjugate { get; }

    internal AlignedBuffer<double> TwistReal { get; }

    internal AlignedBuffer<double> TwistImaginary { get; }

    internal AlignedBuffer<double> RootReal { get; }

    internal AlignedBuffer<double> RootImaginary { get; }

    private static (double Real, double Imaginary) Root(int j, int h)
    {
        // cos(pi/4) and sin(pi/4) are one number, whatever the library rounds them to.
        (double sine, double cosine) = double.SinCosPi((double)j / h);
        return 4 * j == h ? (cosine, cosine) : (cosine, sine);
    }
}
