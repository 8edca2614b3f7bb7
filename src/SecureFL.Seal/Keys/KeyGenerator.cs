using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Keys;

/// <summary>
/// Keys with SEAL's distributions: ternary secrets, centred binomial errors of 42 coins. Not thread-safe.
/// </summary>
public sealed class KeyGenerator
{
    private readonly SealParameters _parameters;
    private readonly IEntropySource _entropy;

    /// <summary>A generator for one set.</summary>
    public KeyGenerator(SealParameters parameters, IEntropySource entropy)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(entropy);
        _parameters = parameters;
        _entropy = entropy;
    }

    /// <summary>A fresh secret.</summary>
    public SecretKey CreateSecretKey()
    {
        using Keystream stream = Keystream.Create(_entropy);
        using TernarySampler sampler = new(_parameters.RingDegree);
        using SecretBuffer<int> coefficients = new(_parameters.RingDegree);
        sampler.Fill(stream, coefficients.Span);
        return CreateSecretKey(coefficients.Span);
    }

    /// <summary>A fresh public key of a secret; it can be saved with its seed.</summary>
    public PublicKey CreatePublicKey(SecretKey secretKey)
    {
        ArgumentNullException.ThrowIfNull(secretKey);
        _parameters.Require(secretKey.Parameters, nameof(secretKey));
        Ciphertext key = new(_parameters, _parameters.Moduli.Length);
        using SymmetricEncryptor encryptor = new(secretKey, _entropy);
        encryptor.EncryptZero(key);
        return new PublicKey(key);
    }

    /// <summary>The secret with these small coefficients.</summary>
    internal SecretKey CreateSecretKey(ReadOnlySpan<int> coefficients)
    {
        int degree = _parameters.RingDegree;
        using SecretBuffer<ulong> words = new(_parameters.Moduli.Length * degree);
        for (int i = 0; i < _parameters.Moduli.Length; i++)
        {
            Span<ulong> residues = words.Span.Slice(i * degree, degree);
            _parameters.Residues[i].AddSmall(coefficients, residues);
            _parameters.Transforms[i].Forward(residues);
            _parameters.Transforms[i].SwapOrder(residues);
        }

        return new SecretKey(_parameters, words.Span);
    }
}
