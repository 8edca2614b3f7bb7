namespace SecureFL.Rlwe.Quantization;

/// <summary>How a scaled value becomes an integer.</summary>
public enum Rounding
{
    /// <summary>To the nearest, ties to even: smallest error of one value, biased.</summary>
    Nearest = 0,

    /// <summary>
    /// Up with probability equal to the fractional part, to within 2^-24: unbiased, so errors average out over clients
    /// and rounds.
    /// </summary>
    Stochastic = 1,
}
