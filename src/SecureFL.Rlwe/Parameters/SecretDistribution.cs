namespace SecureFL.Rlwe.Parameters;

/// <summary>The distribution of secret keys (and, under a public key, of the encryption randomness u).</summary>
public enum SecretDistribution
{
    /// <summary>Discrete Gaussian of deviation 6.4: one-time keys, whose sum becomes public.</summary>
    DiscreteGaussian = 1,

    /// <summary>
    /// Uniform on {-1, 0, 1}: each key holder's part of a joint key, and the randomness of a public-key encryption.
    /// </summary>
    Ternary = 2,
}
