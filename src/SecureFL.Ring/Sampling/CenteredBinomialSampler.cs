using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;

namespace SecureFL.Ring.Sampling;

/// <summary>
/// The centred binomial distribution of 42 coins: ones among 42 random bits, minus 21. Deviation sqrt(10.5) = 3.24,
/// values -21..21; the error distribution of Microsoft SEAL and of the tables in "Security Guidelines for Implementing
/// Homomorphic Encryption" (ePrint 2024/463).
/// </summary>
public sealed class CenteredBinomialSampler : ISmallSampler
{
    /// <summary>Coins a sample.</summary>
    public const int Coins = 42;

    private readonly SecretBuffer<byte> _packed;

    /// <summary>A sampler of up to <paramref name="maxCount"/> samples at a time.</summary>
    public CenteredBinomialSampler(int maxCount) =>
        _packed = new SecretBuffer<byte>(WordKernel.PackedBytes(maxCount, Coins));

    /// <inheritdoc/>
    public double StandardDeviation => Math.Sqrt(Coins / 4.0);

    /// <inheritdoc/>
    public int Bound => Coins / 2;

    /// <inheritdoc/>
    public void Fill(Keystream stream, Span<int> samples)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> packed = _packed.Span[..WordKernel.PackedBytes(samples.Length, Coins)];
        stream.Fill(packed);
        WordKernel.Best.CountOnes(packed, Coins, samples);
    }

    /// <summary>Erases the random bits of the last samples.</summary>
    public void Dispose() => _packed.Dispose();
}
