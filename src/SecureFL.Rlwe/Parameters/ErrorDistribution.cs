using SecureFL.Ring.Kernels;
using SecureFL.Ring.Sampling;

namespace SecureFL.Rlwe.Parameters;

/// <summary>The distribution of encryption errors.</summary>
public enum ErrorDistribution
{
    /// <summary>Centred binomial of 42 coins, deviation 3.24.</summary>
    CenteredBinomial = 1,

    /// <summary>Discrete Gaussian of deviation 6.4.</summary>
    DiscreteGaussian = 2,
}

/// <summary>Samplers of the error distributions.</summary>
public static class ErrorDistributions
{
    /// <summary>A sampler of up to <paramref name="count"/> errors at a time.</summary>
    public static ISmallSampler CreateSampler(this ErrorDistribution distribution, int count)
    {
        ISmallSampler sampler = distribution switch
        {
            ErrorDistribution.CenteredBinomial => new CenteredBinomialSampler(count),
            ErrorDistribution.DiscreteGaussian => new DiscreteGaussianSampler(count),
            _ => throw new ArgumentOutOfRangeException(nameof(distribution), distribution,
                "unknown error distribution"),
        };
        RingKernel.RequireAddends(sampler.Bound);
        return sampler;
    }

    /// <summary>The variance of one error.</summary>
    public static double Variance(this ErrorDistribution distribution) => distribution switch
    {
        ErrorDistribution.CenteredBinomial => CenteredBinomialSampler.Coins / 4.0,
        ErrorDistribution.DiscreteGaussian => DiscreteGaussianSampler.Sigma * DiscreteGaussianSampler.Sigma,
        _ => throw new ArgumentOutOfRangeException(nameof(distribution), distribution, "unknown error distribution"),
    };
}
