namespace SecureFL.Rlwe.Parameters;

/// <summary>
/// Largest log2 q for 128 bits of classical security with discrete Gaussian or ternary secrets, from "Security
/// Guidelines for Implementing Homomorphic Encryption" (ePrint 2024/463), narrowed where the published key sum is a
/// hint (Hint-RLWE).
/// </summary>
public static class SecurityTable
{
    /// <summary>The level that every accepted parameter set reaches, in bits.</summary>
    public const int SecurityBits = 128;

    /// <summary>
    /// Largest log2 q at ring degree N for a Gaussian secret of deviation 6.4 and errors of deviation at least 3.19; 0
    /// where there is no entry.
    /// </summary>
    public static int MaxLogModulus(int ringDegree) => ringDegree switch
    {
        1024 => 28,
        2048 => 55,
        4096 => 108,
        8192 => 216,
        16384 => 432,
        32768 => 870,
        _ => 0,
    };

    /// <summary>
    /// The same under the one-time-key suite, where the sum of secrets becomes public: with two honest clients a
    /// centred binomial error keeps a conditional deviation of 2.29, which is enough (about 138 bits) up to 2^100 at N
    /// = 4096 and 2^200 at N = 8192; elsewhere errors are Gaussian of deviation 6.4.
    /// </summary>
    public static int MaxLogModulus(int ringDegree, ErrorDistribution error) => (ringDegree, error) switch
    {
        (_, ErrorDistribution.DiscreteGaussian) => MaxLogModulus(ringDegree),
        (4096, ErrorDistribution.CenteredBinomial) => 100,
        (8192, ErrorDistribution.CenteredBinomial) => 200,
        _ => 0,
    };

    /// <summary>
    /// The same for either secret. Ternary secrets (joint-key suite; no sum of secrets is published) take the table's
    /// ternary row for both errors: centred binomial ones are the row's own, Gaussian ones of deviation 6.4 are wider.
    /// </summary>
    public static int MaxLogModulus(int ringDegree, ErrorDistribution error, SecretDistribution secret) =>
        secret == SecretDistribution.Ternary ? MaxLogModulusTernary(ringDegree) : MaxLogModulus(ringDegree, error);

    /// <summary>
    /// Largest log2 q at ring degree N for a uniform ternary secret and errors of deviation at least 3.19; 0 where
    /// there is no entry.
    /// </summary>
    public static int MaxLogModulusTernary(int ringDegree) => ringDegree switch
    {
        1024 => 26,
        2048 => 53,
        4096 => 106,
        8192 => 214,
        16384 => 430,
        32768 => 868,
        _ => 0,
    };
}
