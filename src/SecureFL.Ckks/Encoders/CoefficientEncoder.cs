using System.Numerics;
using SecureFL.Ckks.Encryption;
using SecureFL.Ckks.Seal;

namespace SecureFL.Ckks.Encoders;

/// <summary>
/// Integers in the coefficients, times a power-of-two scale that lifts them over the noise: rounding by the scale gives sums back exactly as long as every
/// coefficient of the noise stays below half the scale. Not thread-safe.
/// </summary>
public sealed class CoefficientEncoder
{
    private readonly SealParameters _parameters;
    private readonly MixedRadix _mixedRadix;

    /// <summary>An encoder for one set with scale 2^<paramref name="logScale"/>, 1 to 61.</summary>
    public CoefficientEncoder(SealParameters parameters, int logScale)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(logScale, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logScale, 61);
        _parameters = parameters;
        _mixedRadix = new MixedRadix(parameters);
        LogScale = logScale;
    }

    /// <summary>log2 of the scale.</summary>
    public int LogScale { get; }

    /// <summary>Encodes at most N integers; the other coefficients are 0.</summary>
    /// <exception cref="ArgumentException">Too many values, or one that the scale carries to 2^62 or half the modulus.</exception>
    public void Encode(ReadOnlySpan<long> values, MessagePolynomial destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        _parameters.Require(destination.Parameters, nameof(destination));
        CheckCount(values.Length);
        long limit = (MessagePolynomial.MaxMagnitude >> LogScale) - 1;
        Span<long> coefficients = destination.Writable;
        coefficients.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] > limit || values[i] < -limit)
            {
                throw new ArgumentException($"{values[i]} exceeds {limit}, the most at scale 2^{LogScale}", nameof(values));
            }

            coefficients[i] = values[i] << LogScale;
        }

        Scales.RequireRoom(destination);
        destination.Scale = Math.ScaleB(1.0, LogScale);
    }

    /// <summary>The first coefficients divided by the scale and rounded.</summary>
    /// <exception cref="ArgumentException">Another set or scale, more values than coefficients, or a value beyond 64 bits.</exception>
    public void Decode(Plaintext plaintext, Span<long> values)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        _parameters.Require(plaintext.Parameters, nameof(plaintext));
        CheckCount(values.Length);
        if (plaintext.Scale != Math.ScaleB(1.0, LogScale))
        {
            throw new ArgumentException($"a plaintext of scale {plaintext.Scale:R}, the encoder's is 2^{LogScale}", nameof(plaintext));
        }

        _mixedRadix.Load(plaintext);
        BigInteger half = BigInteger.One << (LogScale - 1);
        for (int i = 0; i < values.Length; i++)
        {
            BigInteger value = (_mixedRadix.Exact(plaintext.Primes, i) + half) >> LogScale;
            values[i] = value >= long.MinValue && value <= long.MaxValue ? (long)value : throw new ArgumentException($"coefficient {i} does not fit 64 bits", nameof(plaintext));
        }
    }

    private void CheckCount(int count)
    {
        if (count > _parameters.RingDegree)
        {
            throw new ArgumentException($"{count} values, the ring degree is {_parameters.RingDegree}", nameof(count));
        }
    }
}
