using SecureFL.Ring.Randomness;

namespace SecureFL.Ring.Sampling;

/// <summary>
/// Small secret integers from a keystream. Running time and memory access do not depend on the values. Not thread-safe.
/// </summary>
public interface ISmallSampler : IDisposable
{
    /// <summary>The standard deviation.</summary>
    double StandardDeviation { get; }

    /// <summary>The largest absolute value that can come out.</summary>
    int Bound { get; }

    /// <summary>Overwrites <paramref name="samples"/> (a multiple of 512 of them) with fresh samples.</summary>
    void Fill(Keystream stream, Span<int> samples);
}
