using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Rlwe.OneTimeKey;

/// <summary>
/// A small secret polynomial ready to multiply public ones: one client's one-time key s, or the sum S of such keys.
/// Thread-safe for reading; erased on dispose.
/// </summary>
public sealed class KeyPolynomial : IDisposable
{
    private readonly SecretBuffer<ulong> _prepared;

    /// <summary>
    /// Prepares N coefficients of absolute value below 2^23: room for the sum of 2^16 keys of at most 80.
    /// </summary>
    /// <exception cref="ArgumentException">Wrong count, or a coefficient out of range.</exception>
    public KeyPolynomial(CkksParameters parameters, ReadOnlySpan<int> coefficients)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (coefficients.Length != parameters.RingDegree)
        {
            throw new ArgumentException(
                $"{coefficients.Length} key coefficients, the ring degree is {parameters.RingDegree}",
                nameof(coefficients));
        }

        int excess = 0;
        foreach (int coefficient in coefficients)
        {
            // The bits of |c| from 2^23 up, gathered without a branch; int.MinValue, its own opposite, has them too.
            int sign = coefficient >> 31;
            excess |= ((coefficient ^ sign) - sign) >> 23;
        }

        if (excess != 0)
        {
            throw new ArgumentException("a key coefficient is 2^23 or more in absolute value", nameof(coefficients));
        }

        Parameters = parameters;
        _prepared = new SecretBuffer<ulong>(parameters.RingDegree * parameters.Moduli.Length);
        for (int i = 0; i < parameters.Moduli.Length; i++)
        {
            parameters.Kernels[i].Prepare(coefficients,
                _prepared.Span.Slice(i * parameters.RingDegree, parameters.RingDegree));
        }
    }

    /// <summary>The set it was made for.</summary>
    public CkksParameters Parameters { get; }

    /// <summary>
    /// result = a * s + small modulo the prime of that index, canonical coefficients; a is in evaluation form.
    /// </summary>
    internal void MultiplyAdd(int prime, ReadOnlySpan<ulong> a, ReadOnlySpan<int> small, Span<ulong> result) =>
        Parameters.Kernels[prime].MultiplyAdd(a,
            _prepared.Span.Slice(prime * Parameters.RingDegree, Parameters.RingDegree), small, result);

    /// <summary>Erases the key.</summary>
    public void Dispose() => _prepared.Dispose();

    /// <summary>Says nothing about the key.</summary>
    public override string ToString() => "KeyPolynomial";
}
