using System.Numerics;
using System.Runtime.InteropServices;
using SecureFL.Ring.Randomness;

namespace SecureFL.Ring.Sampling;

/// <summary>Uniform on {-1, 0, 1}: the high word of 3u for a random 64-bit u, minus 1; within statistical distance 2^-63 of uniform.</summary>
public sealed class TernarySampler : ISmallSampler
{
    private const ulong OneThird = (ulong.MaxValue / 3) + 1;
    private const ulong TwoThirds = (ulong.MaxValue / 3 * 2) + 1;

    private readonly SecretBuffer<ulong> _words;

    /// <summary>A sampler of up to <paramref name="maxCount"/> samples at a time.</summary>
    public TernarySampler(int maxCount) => _words = new SecretBuffer<ulong>(maxCount);

    /// <inheritdoc/>
    public double StandardDeviation => Math.Sqrt(2.0 / 3.0);

    /// <inheritdoc/>
    public int Bound => 1;

    /// <inheritdoc/>
    public void Fill(Keystream stream, Span<int> samples)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<ulong> words = _words.Span[..samples.Length];
        stream.Fill(MemoryMarshal.AsBytes(words));
        // floor(3u / 2^64) counts the thirds of 2^64 that u has reached.
        Vector<ulong> third = new(OneThird);
        Vector<ulong> twoThirds = new(TwoThirds);
        int width = Vector<ulong>.Count;
        int done = samples.Length - (samples.Length % (2 * width));
        for (int i = 0; i < done; i += 2 * width)
        {
            Vector<ulong> low = new(words[i..]);
            Vector<ulong> high = new(words[(i + width)..]);
            Vector<long> first = -(Vector.GreaterThanOrEqual(low, third) + Vector.GreaterThanOrEqual(low, twoThirds)).As<ulong, long>() - Vector<long>.One;
            Vector<long> second = -(Vector.GreaterThanOrEqual(high, third) + Vector.GreaterThanOrEqual(high, twoThirds)).As<ulong, long>() - Vector<long>.One;
            Vector.Narrow(first, second).CopyTo(samples[i..]);
        }

        for (int i = done; i < samples.Length; i++)
        {
            samples[i] = (int)Math.BigMul(words[i], 3UL, out _) - 1;
        }
    }

    /// <summary>Erases the random words of the last samples.</summary>
    public void Dispose() => _words.Dispose();
}
