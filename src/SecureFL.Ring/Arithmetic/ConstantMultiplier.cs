namespace SecureFL.Ring.Arithmetic;

/// <summary>
/// Multiplication of secret words by one public residue w (Shoup's quotient, floor(w 2^64 / p)), and of additions after
/// it, without a branch or a division on the word. Immutable.
/// </summary>
internal readonly struct ConstantMultiplier
{
    private readonly ulong _p;
    private readonly ulong _w;
    private readonly ulong _quotient;

    internal ConstantMultiplier(Modulus modulus, ulong w)
    {
        _p = modulus.Value;
        _w = w % _p;
        _quotient = (ulong)(((UInt128)_w << 64) / _p);
    }

    /// <summary>x * w mod p, canonical, for any 64-bit x.</summary>
    internal ulong Multiply(ulong x) => SubtractIfAtLeast((x * _w) - (Math.BigMul(x, _quotient, out _) * _p), _p);

    /// <summary>(x * w + y) mod p for a canonical y.</summary>
    internal ulong MultiplyAdd(ulong x, ulong y) => SubtractIfAtLeast(Multiply(x) + y, _p);

    /// <summary>x - m where x is at least m, else x; both below 2^63.</summary>
    internal static ulong SubtractIfAtLeast(ulong x, ulong m)
    {
        ulong difference = x - m;
        return difference + (m & (ulong)((long)difference >> 63));
    }
}
