using SecureFL.Ring.Memory;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Kernels;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Encoders;

/// <summary>
/// The slot encoder of CKKS (Cheon, Kim, Kim, Song 2017) in SEAL's order: N/2 real values become the polynomial that
/// takes scale * x_i at zeta^(3^i), zeta = exp(pi i / N), rounded to integers. Sums of polynomials are sums of slots.
/// Coefficients agree with SEAL's up to the last bits of a double transform (ties round to even here, away from zero
/// there). Not thread-safe; no allocation after construction.
/// </summary>
public sealed class CkksEncoder
{
    private readonly SealParameters _parameters;
    private readonly EmbeddingTables _tables;
    private readonly EmbeddingKernel _kernel = EmbeddingKernel.Create();
    private readonly AlignedBuffer<double> _coefficients;
    private readonly MixedRadix _mixedRadix;

    /// <summary>An encoder for one set.</summary>
    public CkksEncoder(SealParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _tables = new EmbeddingTables(parameters.RingDegree);
        _coefficients = new AlignedBuffer<double>(parameters.RingDegree);
        _mixedRadix = new MixedRadix(parameters);
    }

    private Span<double> Real => _coefficients.Span[.._tables.Points];

    private Span<double> Imaginary => _coefficients.Span[_tables.Points..];

    /// <summary>Encodes at most N/2 values; the other slots are 0.</summary>
    /// <param name="values">The values of slots 0, 1, ...</param>
    /// <param name="scale">The scale, positive; scale times the values stays well below q/2 and 2^62.</param>
    /// <param name="destination">Overwritten.</param>
    /// <exception cref="ArgumentException">Too many values, a scale that is none, or a coefficient that does not
    /// fit.</exception>
    public void Encode(ReadOnlySpan<double> values, double scale, MessagePolynomial destination)
    {
        Prepare(values.Length, scale, destination);
        for (int slot = 0; slot < values.Length; slot++)
        {
            Real[_tables.Position[slot]] = values[slot];
        }

        Finish(scale, destination);
    }

    /// <summary>The same for single-precision values.</summary>
    public void Encode(ReadOnlySpan<float> values, double scale, MessagePolynomial destination)
    {
        Prepare(values.Length, scale, destination);
        Span<double> real = Real;
        ReadOnlySpan<int> positions = _tables.Position.AsSpan(0, values.Length);
        for (int slot = 0; slot < values.Length; slot++)
        {
            real[positions[slot]] = values[slot];
        }

        Finish(scale, destination);
    }

    /// <summary>A new SEAL plaintext of the values.</summary>
    public Plaintext Encode(ReadOnlySpan<double> values, double scale)
    {
        MessagePolynomial message = new(_parameters);
        Encode(values, scale, message);
        return message.ToPlaintext();
    }

    /// <summary>The real parts of the first slots.</summary>
    /// <exception cref="ArgumentException">A plaintext of another set, or more values than slots.</exception>
    public void Decode(Plaintext plaintext, Span<double> values)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        _parameters.Require(plaintext.Parameters, nameof(plaintext));
        CheckCount(values.Length);
        _mixedRadix.Load(plaintext);
        _mixedRadix.ToDoubles(plaintext.Primes, 0, _coefficients.Span);
        _kernel.ToValues(_tables, Real, Imaginary);
        Span<double> real = Real;
        ReadOnlySpan<int> positions = _tables.Position.AsSpan(0, values.Length);
        double factor = 1 / plaintext.Scale;
        for (int slot = 0; slot < values.Length; slot++)
        {
            values[slot] = real[positions[slot]] * factor;
        }
    }

    private void Prepare(int count, double scale, MessagePolynomial destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        _parameters.Require(destination.Parameters, nameof(destination));
        CheckCount(count);
        Scales.Check(scale);
        _coefficients.Span.Clear();
    }

    private void CheckCount(int count)
    {
        if (count > _parameters.SlotCount)
        {
            throw new ArgumentException($"{count} values, the set has {_parameters.SlotCount} slots", nameof(count));
        }
    }

    private void Finish(double scale, MessagePolynomial destination)
    {
        _kernel.ToCoefficients(_tables, Real, Imaginary, scale / _tables.Points);
        if (!_kernel.TryRound(_coefficients.Span, destination.Writable))
        {
            RoundLarge(destination.Writable);
        }

        Scales.RequireRoom(destination);
        destination.Scale = scale;
    }

    /// <summary>Doubles of 2^51 and more, which are integers from 2^52 on.</summary>
    private void RoundLarge(Span<long> coefficients)
    {
        for (int i = 0; i < coefficients.Length; i++)
        {
            double rounded = Math.Round(_coefficients.Span[i]);
            coefficients[i] = Math.Abs(rounded) < MessagePolynomial.MaxMagnitude
                ? (long)rounded
                : throw new ArgumentException(
                    $"an encoded coefficient of {rounded:G3} is not below 2^62: a smaller scale is needed");
        }
    }
}
