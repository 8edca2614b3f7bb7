using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Encryption;

/// <summary>
/// Encryption under the secret key, c = (m - (a s + e), a) with a expanded from a fresh public seed, so that half of it
/// can be saved as 64 bytes. Not thread-safe.
/// </summary>
public sealed class SymmetricEncryptor : IDisposable
{
    private readonly SecretKey _key;
    private readonly IEntropySource _entropy;
    private readonly Keystream _stream;
    private readonly CenteredBinomialSampler _sampler;
    private readonly SecretBuffer<int> _errors;

    /// <summary>An encryptor under <paramref name="secretKey"/>, which must outlive it.</summary>
    public SymmetricEncryptor(SecretKey secretKey, IEntropySource entropy)
    {
        ArgumentNullException.ThrowIfNull(secretKey);
        ArgumentNullException.ThrowIfNull(entropy);
        _key = secretKey;
        _entropy = entropy;
        _stream = Keystream.Create(entropy);
        _sampler = new CenteredBinomialSampler(secretKey.Parameters.RingDegree);
        _errors = new SecretBuffer<int>(secretKey.Parameters.RingDegree);
    }

    /// <summary>Overwrites <paramref name="destination"/>, a ciphertext of the plaintext's level.</summary>
    /// <exception cref="ArgumentException">Sets or levels differ.</exception>
    public void Encrypt(Plaintext plaintext, Ciphertext destination)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        ArgumentNullException.ThrowIfNull(destination);
        Ciphertexts.RequireDestination(_key.Parameters, plaintext, destination);
        EncryptZero(destination);
        Ciphertexts.AddPlaintext(plaintext, destination);
    }

    /// <summary>A new ciphertext of the plaintext.</summary>
    public Ciphertext Encrypt(Plaintext plaintext)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        Ciphertext ciphertext = new(plaintext.Parameters, plaintext.Primes);
        Encrypt(plaintext, ciphertext);
        return ciphertext;
    }

    /// <summary>Erases what is left of the errors.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _sampler.Dispose();
        _errors.Dispose();
    }

    internal void EncryptZero(Ciphertext destination)
    {
        SealParameters parameters = destination.Parameters;
        Span<byte> seed = stackalloc byte[SealRandomStream.SeedSize];
        _entropy.Fill(seed);
        destination.ExpandSeed(seed);
        _sampler.Fill(_stream, _errors.Span);
        for (int i = 0; i < destination.Primes; i++)
        {
            Span<ulong> c0 = destination.Writable(0, i);
            c0.Clear();
            parameters.Residues[i].AddSmall(_errors.Span, c0);
            parameters.Transforms[i].Forward(c0);
            parameters.Transforms[i].SwapOrder(c0);
            parameters.Transforms[i].MultiplyAccumulate(destination.Writable(1, i), _key.Prepared(i), c0);
            parameters.Residues[i].Negate(c0);
        }
    }
}
