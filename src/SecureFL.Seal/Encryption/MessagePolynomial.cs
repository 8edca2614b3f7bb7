using SecureFL.Ring.Kernels;
using SecureFL.Ring.Memory;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Encryption;

/// <summary>
/// An encoded message before any prime: N integers and the scale they carry. What encoders write and encryptors take.
/// Not thread-safe.
/// </summary>
public sealed class MessagePolynomial
{
    /// <summary>Coefficients stay below this in absolute value.</summary>
    public const long MaxMagnitude = ResidueKernel.MaxMagnitude;

    private readonly AlignedBuffer<long> _coefficients;

    /// <summary>The zero message at scale 1.</summary>
    public MessagePolynomial(SealParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        _coefficients = new AlignedBuffer<long>(parameters.RingDegree);
    }

    /// <summary>The set it was made for.</summary>
    public SealParameters Parameters { get; }

    /// <summary>The scale of the coefficients.</summary>
    public double Scale { get; internal set; } = 1.0;

    /// <summary>The coefficients in natural order, each below 2^62 in absolute value.</summary>
    public ReadOnlySpan<long> Coefficients => _coefficients.Span;

    internal Span<long> Writable => _coefficients.Span;

    /// <summary>The SEAL plaintext of this message at the level of fresh ciphertexts.</summary>
    public Plaintext ToPlaintext()
    {
        Plaintext plaintext = new(Parameters);
        ToPlaintext(plaintext);
        return plaintext;
    }

    /// <summary>Overwrites <paramref name="destination"/> with the message at its level.</summary>
    public void ToPlaintext(Plaintext destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Parameters.Require(destination.Parameters, nameof(destination));
        destination.Scale = Scale;
        for (int i = 0; i < destination.Primes; i++)
        {
            Span<ulong> residues = destination.Writable(i);
            residues.Clear();
            Parameters.Residues[i].AddReduced(Coefficients, residues);
            Parameters.Transforms[i].Forward(residues);
            Parameters.Transforms[i].SwapOrder(residues);
        }
    }
}
