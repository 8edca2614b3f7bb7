using SecureFL.Seal.Objects;

namespace SecureFL.Seal.Encryption;

/// <summary>Decryption under the secret key: c0 + c1 s. Thread-safe.</summary>
public sealed class Decryptor
{
    private readonly SecretKey _key;

    /// <summary>A decryptor under <paramref name="secretKey"/>, which must outlive it.</summary>
    public Decryptor(SecretKey secretKey)
    {
        ArgumentNullException.ThrowIfNull(secretKey);
        _key = secretKey;
    }

    /// <summary>Overwrites <paramref name="destination"/>, a plaintext of the ciphertext's level.</summary>
    /// <exception cref="ArgumentException">Sets or levels differ.</exception>
    public void Decrypt(Ciphertext ciphertext, Plaintext destination)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        ArgumentNullException.ThrowIfNull(destination);
        _key.Parameters.Require(ciphertext.Parameters, nameof(ciphertext));
        Ciphertexts.RequireDestination(_key.Parameters, destination, ciphertext);
        for (int i = 0; i < ciphertext.Primes; i++)
        {
            Span<ulong> m = destination.Writable(i);
            ciphertext.Writable(0, i).CopyTo(m);
            _key.Parameters.Transforms[i].MultiplyAccumulate(ciphertext.Writable(1, i), _key.Prepared(i), m);
        }

        destination.Scale = ciphertext.Scale;
    }

    /// <summary>A new plaintext.</summary>
    public Plaintext Decrypt(Ciphertext ciphertext)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        Plaintext plaintext = new(ciphertext.Parameters, ciphertext.Primes);
        Decrypt(ciphertext, plaintext);
        return plaintext;
    }
}
