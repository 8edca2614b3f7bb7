using SecureFL.Ring.Kernels;
using SecureFL.Ring.Memory;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Encryption;

/// <summary>
/// Encryption under a public key with SEAL's distributions: u ternary, e0 and e1 centred binomial, (c0, c1) = (b u +
/// e0, a u + e1) over all primes, divided by the special prime and rounded, plus the message. Not thread-safe; no
/// allocation after construction.
/// </summary>
/// <remarks>
/// SEAL does it in evaluation form. Here the same residues come with fewer transforms: with s the special prime, c' the
/// centred representative of c mod s and c = k u + e, round(c/s) = (k u + e - c')/s = (k/s) u + (e - c')/s modulo the
/// other primes. So k/s is made once, c' needs only the special prime, and (e - c')/s + m is transformed once for each
/// polynomial and prime.
/// </remarks>
public sealed class Encryptor : IDisposable
{
    private readonly SealParameters _parameters;
    private readonly AlignedBuffer<ulong> _key;
    private readonly Keystream _stream;
    private readonly TernarySampler _ternary;
    private readonly CenteredBinomialSampler _binomial;
    private readonly SecretBuffer<int> _u;
    private readonly SecretBuffer<int> _errors;
    private readonly SecretBuffer<ulong> _preparedU;
    private readonly SecretBuffer<ulong> _remainder;

    /// <summary>An encryptor under <paramref name="publicKey"/>.</summary>
    public Encryptor(PublicKey publicKey, IEntropySource entropy)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        ArgumentNullException.ThrowIfNull(entropy);
        _parameters = publicKey.Parameters;
        int degree = _parameters.RingDegree;
        _key = new AlignedBuffer<ulong>(publicKey.Words.Length);
        _stream = Keystream.Create(entropy);
        _ternary = new TernarySampler(degree);
        _binomial = new CenteredBinomialSampler(degree);
        RingKernel.RequireAddends(_binomial.Bound);
        _u = new SecretBuffer<int>(degree);
        _errors = new SecretBuffer<int>(2 * degree);
        _preparedU = new SecretBuffer<ulong>(_parameters.Moduli.Length * degree);
        _remainder = new SecretBuffer<ulong>(degree);
        publicKey.Words.CopyTo(_key.Span);
        for (int polynomial = 0; polynomial < 2; polynomial++)
        {
            for (int i = 0; i < _parameters.Moduli.Length; i++)
            {
                PrepareKey(Key(polynomial, i), i);
            }
        }
    }

    /// <summary>
    /// Overwrites <paramref name="destination"/>, a ciphertext at the level of fresh ones, with an encryption of the
    /// message.
    /// </summary>
    /// <exception cref="ArgumentException">Sets or levels differ.</exception>
    public void Encrypt(MessagePolynomial message, Ciphertext destination)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(destination);
        _parameters.Require(message.Parameters, nameof(message));
        RequireFresh(destination);
        EncryptPolynomial(0, message.Coefficients, destination);
        EncryptPolynomial(1, default, destination);
        destination.Scale = message.Scale;
    }

    /// <summary>The same for a plaintext that is already in evaluation form.</summary>
    public void Encrypt(Plaintext plaintext, Ciphertext destination)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        ArgumentNullException.ThrowIfNull(destination);
        Ciphertexts.RequireDestination(_parameters, plaintext, destination);
        RequireFresh(destination);
        EncryptPolynomial(0, default, destination);
        EncryptPolynomial(1, default, destination);
        Ciphertexts.AddPlaintext(plaintext, destination);
    }

    /// <summary>A new ciphertext of the message.</summary>
    public Ciphertext Encrypt(MessagePolynomial message)
    {
        Ciphertext ciphertext = new(_parameters);
        Encrypt(message, ciphertext);
        return ciphertext;
    }

    /// <summary>Erases what is left of the last encryption's randomness.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _ternary.Dispose();
        _binomial.Dispose();
        _u.Dispose();
        _errors.Dispose();
        _preparedU.Dispose();
        _remainder.Dispose();
    }

    /// <summary>Polynomial 0 draws the randomness of both.</summary>
    private void EncryptPolynomial(int polynomial, ReadOnlySpan<long> message, Ciphertext destination)
    {
        int degree = _parameters.RingDegree;
        if (polynomial == 0)
        {
            destination.ForgetSeed();
            Draw();
        }

        Span<int> errors = _errors.Span.Slice(polynomial * degree, degree);
        int special = _parameters.Moduli.Length - 1;
        if (_parameters.HasSpecialPrime)
        {
            _parameters.Transforms[special].MultiplyAdd(Key(polynomial, special), PreparedU(special), errors,
                _remainder.Span);
        }

        for (int i = 0; i < destination.Primes; i++)
        {
            Span<ulong> c = destination.Writable(polynomial, i);
            if (_parameters.HasSpecialPrime)
            {
                _parameters.Residues[i].DivideRound(_remainder.Span, errors, _parameters.Moduli[special], c);
            }
            else
            {
                c.Clear();
                _parameters.Residues[i].AddSmall(errors, c);
            }

            if (!message.IsEmpty)
            {
                _parameters.Residues[i].AddReduced(message, c);
            }

            _parameters.Transforms[i].Forward(c);
            _parameters.Transforms[i].MultiplyAccumulate(Key(polynomial, i), PreparedU(i), c);
            _parameters.Transforms[i].SwapOrder(c);
        }
    }

    private void Draw()
    {
        int degree = _parameters.RingDegree;
        _ternary.Fill(_stream, _u.Span);
        _binomial.Fill(_stream, _errors.Span[..degree]);
        _binomial.Fill(_stream, _errors.Span[degree..]);
        for (int i = 0; i < _parameters.Moduli.Length; i++)
        {
            _parameters.Transforms[i].Prepare(_u.Span, PreparedU(i));
        }
    }

    /// <summary>
    /// Evaluation order; the special prime's residues as they are, for a product whose inverse transform follows; the
    /// others N/s times, since u is prepared as u/N.
    /// </summary>
    private void PrepareKey(Span<ulong> key, int prime)
    {
        _parameters.Transforms[prime].SwapOrder(key);
        int special = _parameters.Moduli.Length - 1;
        if (_parameters.HasSpecialPrime && prime == special)
        {
            return;
        }

        Ring.Arithmetic.Modulus p = _parameters.Moduli[prime];
        ulong factor = (ulong)_parameters.RingDegree % p.Value;
        if (_parameters.HasSpecialPrime)
        {
            factor = p.Multiply(factor, p.Inverse(_parameters.Moduli[special].Value % p.Value));
        }

        foreach (ref ulong word in key)
        {
            word = p.Multiply(word, factor);
        }
    }

    private void RequireFresh(Ciphertext destination)
    {
        _parameters.Require(destination.Parameters, nameof(destination));
        if (destination.Primes != _parameters.DataPrimes)
        {
            throw new ArgumentException(
                $"a ciphertext of {destination.Primes} primes, fresh ones have {_parameters.DataPrimes}",
                nameof(destination));
        }
    }

    private Span<ulong> Key(int polynomial, int prime) =>
        _key.Span.Slice(((polynomial * _parameters.Moduli.Length) + prime) * _parameters.RingDegree,
            _parameters.RingDegree);

    private Span<ulong> PreparedU(int prime) =>
        _preparedU.Span.Slice(prime * _parameters.RingDegree, _parameters.RingDegree);
}
