using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// The same transform in plain 64-bit integers, for any prime below 2^61: the fallback where there is no fused
/// multiply-add, and the oracle of the vector kernels. Butterflies of Harvey (2014), values kept below 4p forward and
/// 2p backward.
/// </summary>
internal sealed class ScalarTransform
{
    private readonly ulong _p;
    private readonly ulong[] _roots;
    private readonly ulong[] _rootQuotients;
    private readonly ulong[] _inverseRoots;
    private readonly ulong[] _inverseRootQuotients;

    internal ScalarTransform(int degree, Modulus modulus)
    {
        ulong psi = modulus.MinimalPrimitiveRoot(degree);
        _p = modulus.Value;
        _roots = FmaTables.BitReversedPowers(degree, modulus, psi);
        _inverseRoots = FmaTables.BitReversedPowers(degree, modulus, modulus.Inverse(psi));
        _rootQuotients = Array.ConvertAll(_roots, Quotient);
        _inverseRootQuotients = Array.ConvertAll(_inverseRoots, Quotient);
    }

    /// <summary>Canonical residues, natural order in, bit-reversed order out.</summary>
    internal void Forward(Span<ulong> x)
    {
        ulong twoP = 2 * _p;
        for (int blocks = 1, stride = x.Length / 2; stride > 0; blocks *= 2, stride /= 2)
        {
            for (int block = 0; block < blocks; block++)
            {
                ulong w = _roots[blocks + block];
                ulong quotient = _rootQuotients[blocks + block];
                Span<ulong> low = x.Slice(2 * block * stride, stride);
                Span<ulong> high = x.Slice((2 * block * stride) + stride, stride);
                for (int i = 0; i < low.Length; i++)
                {
                    ulong a = SubtractIfAtLeast(low[i], twoP);
                    ulong b = MultiplyLazy(high[i], w, quotient);
                    low[i] = a + b;
                    high[i] = a + twoP - b;
                }
            }
        }

        for (int i = 0; i < x.Length; i++)
        {
            x[i] = SubtractIfAtLeast(SubtractIfAtLeast(x[i], twoP), _p);
        }
    }

    /// <summary>Canonical residues, bit-reversed order in, natural order out, N times the inverse.</summary>
    internal void InverseUnscaled(Span<ulong> x)
    {
        ulong twoP = 2 * _p;
        for (int blocks = x.Length / 2, stride = 1; blocks > 0; blocks /= 2, stride *= 2)
        {
            for (int block = 0; block < blocks; block++)
            {
                ulong w = _inverseRoots[blocks + block];
                ulong quotient = _inverseRootQuotients[blocks + block];
                Span<ulong> low = x.Slice(2 * block * stride, stride);
                Span<ulong> high = x.Slice((2 * block * stride) + stride, stride);
                for (int i = 0; i < low.Length; i++)
                {
                    ulong a = low[i];
                    ulong b = high[i];
                    low[i] = SubtractIfAtLeast(a + b, twoP);
                    high[i] = MultiplyLazy(a + twoP - b, w, quotient);
                }
            }
        }

        for (int i = 0; i < x.Length; i++)
        {
            x[i] = SubtractIfAtLeast(x[i], _p);
        }
    }

    private ulong Quotient(ulong w) => (ulong)(((UInt128)w << 64) / _p);

    /// <summary>x*w mod p in [0, 2p), for any x, with quotient = floor(w 2^64 / p) (Shoup).</summary>
    private ulong MultiplyLazy(ulong x, ulong w, ulong quotient) => (x * w) - (Math.BigMul(x, quotient, out _) * _p);

    /// <summary>x - m where x >= m, else x, without a branch; both below 2^63.</summary>
    private static ulong SubtractIfAtLeast(ulong x, ulong m)
    {
        ulong difference = x - m;
        return difference + (m & (ulong)((long)difference >> 63));
    }
}
