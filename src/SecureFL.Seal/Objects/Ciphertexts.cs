using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Objects;

/// <summary>What both encryptors do with a plaintext.</summary>
internal static class Ciphertexts
{
    internal static void RequireDestination(SealParameters parameters, Plaintext plaintext, Ciphertext destination)
    {
        parameters.Require(plaintext.Parameters, nameof(plaintext));
        parameters.Require(destination.Parameters, nameof(destination));
        if (plaintext.Primes != destination.Primes)
        {
            throw new ArgumentException(
                $"a plaintext of {plaintext.Primes} primes for a ciphertext of {destination.Primes}",
                nameof(destination));
        }
    }

    /// <summary>c0 += m, and the scale is the plaintext's.</summary>
    internal static void AddPlaintext(Plaintext plaintext, Ciphertext ciphertext)
    {
        for (int i = 0; i < plaintext.Primes; i++)
        {
            plaintext.Parameters.Residues[i].Add(plaintext.Writable(i), ciphertext.Writable(0, i));
        }

        ciphertext.Scale = plaintext.Scale;
    }
}
