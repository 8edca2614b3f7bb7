using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Rlwe.JointKey;

/// <summary>
/// A sum of packed polynomials modulo each prime, public ones or secret ones: time and memory access do not depend on
/// the residues, and disposing erases them. Not thread-safe; no allocation after construction.
/// </summary>
public sealed class PackedPolynomialSum : IDisposable
{
    private readonly CkksParameters _parameters;
    private readonly SecretBuffer<ulong> _sums;
    private readonly SecretBuffer<ulong> _next;

    /// <summary>The zero polynomial.</summary>
    public PackedPolynomialSum(CkksParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _sums = new SecretBuffer<ulong>(ResiduePacking.Words(parameters));
        _next = new SecretBuffer<ulong>(_sums.Length);
    }

    /// <summary>Adds a packed polynomial.</summary>
    /// <exception cref="ResidueFormatException">Wrong length, or a residue that is not below its prime; nothing was
    /// added.</exception>
    public void Add(ReadOnlySpan<byte> packed)
    {
        ResiduePacking.Unpack(_parameters, packed, _next.Span, "polynomial");
        int degree = _parameters.RingDegree;
        for (int i = 0; i < _parameters.Moduli.Length; i++)
        {
            AddModulo(_sums.Span.Slice(i * degree, degree), _next.Span.Slice(i * degree, degree),
                _parameters.Moduli[i].Value);
        }
    }

    /// <summary>Writes the sum, canonical and packed.</summary>
    public void Encode(Span<byte> packed) => ResiduePacking.Pack(_parameters, _sums.Span, packed);

    /// <summary>Back to zero.</summary>
    public void Clear() => _sums.Clear();

    /// <summary>Erases the sum.</summary>
    public void Dispose()
    {
        _sums.Dispose();
        _next.Dispose();
    }

    private static void AddModulo(Span<ulong> sums, ReadOnlySpan<ulong> addends, ulong p)
    {
        for (int k = 0; k < sums.Length; k++)
        {
            // Both are below p < 2^60: the difference is negative exactly where no reduction is due, and its sign bit
            // says so.
            ulong difference = sums[k] + addends[k] - p;
            sums[k] = difference + (p & (ulong)((long)difference >> 63));
        }
    }
}
