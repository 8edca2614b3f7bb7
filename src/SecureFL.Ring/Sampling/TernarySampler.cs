using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SecureFL.Ring.Randomness;

namespace SecureFL.Ring.Sampling;

/// <summary>
/// Uniform on {-1, 0, 1}: the high word of 3u for a random 64-bit u, minus 1; within statistical distance 2^-63 of
/// uniform.
/// </summary>
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
        int done = Avx512F.IsSupported ? Thirds512(words, samples) : Thirds(words, samples);
        for (int i = done; i < samples.Length; i++)
        {
            samples[i] = (int)Math.BigMul(words[i], 3UL, out _) - 1;
        }
    }

    /// <summary>
    /// floor(3u / 2^64) - 1 counts the thirds of 2^64 that u has reached. Returns how many samples were made: all but
    /// less than a vector.
    /// </summary>
    internal static int Thirds(ReadOnlySpan<ulong> words, Span<int> samples)
    {
        Vector<ulong> third = new(OneThird);
        Vector<ulong> twoThirds = new(TwoThirds);
        int width = Vector<ulong>.Count;
        int done = samples.Length - (samples.Length % (2 * width));
        for (int i = 0; i < done; i += 2 * width)
        {
            Vector<ulong> low = new(words[i..]);
            Vector<ulong> high = new(words[(i + width)..]);
            Vector<long> first = -(Vector.GreaterThanOrEqual(low, third)
                + Vector.GreaterThanOrEqual(low, twoThirds)).As<ulong, long>() - Vector<long>.One;
            Vector<long> second = -(Vector.GreaterThanOrEqual(high, third)
                + Vector.GreaterThanOrEqual(high, twoThirds)).As<ulong, long>() - Vector<long>.One;
            Vector.Narrow(first, second).CopyTo(samples[i..]);
        }

        return done;
    }

    /// <summary>The same, where words are compared without a sign and narrowed in one instruction.</summary>
    internal static int Thirds512(ReadOnlySpan<ulong> words, Span<int> samples)
    {
        ref ulong from = ref MemoryMarshal.GetReference(words[..samples.Length]);
        ref int to = ref MemoryMarshal.GetReference(samples);
        Vector512<ulong> third = Vector512.Create(OneThird);
        Vector512<ulong> twoThirds = Vector512.Create(TwoThirds);
        int done = samples.Length - (samples.Length % Vector512<ulong>.Count);
        for (nuint i = 0; i < (nuint)done; i += (nuint)Vector512<ulong>.Count)
        {
            Vector512<ulong> word = Vector512.LoadUnsafe(ref from, i);
            Vector512<long> opposite = Vector512.GreaterThanOrEqual(word, third).AsInt64()
                + Vector512.GreaterThanOrEqual(word, twoThirds).AsInt64() + Vector512<long>.One;
            (-Avx512F.ConvertToVector256Int32(opposite)).StoreUnsafe(ref to, i);
        }

        return done;
    }

    /// <summary>Erases the random words of the last samples.</summary>
    public void Dispose() => _words.Dispose();
}
