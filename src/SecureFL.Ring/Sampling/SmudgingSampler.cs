using System.Numerics;
using System.Runtime.InteropServices;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;

namespace SecureFL.Ring.Sampling;

/// <summary>
/// Draws smudging noise of a <see cref="SmudgingShape"/> at full width. A draw is held as limbs of up to 53 bits,
/// <c>x + Offset = sum_l limb_l 2^(48 l)</c>, limb-major, so that it is reduced modulo each prime without a wide
/// integer. Time and memory access do not depend on the values. Not thread-safe.
/// </summary>
/// <remarks>
/// Normative order: for each summand, the wide ones first, and for each limb of it, lowest first, N little-endian
/// 64-bit words of the stream; the low bits of a word, as many as the limb has in that summand, are the uniform limb.
/// </remarks>
internal sealed class SmudgingSampler : IDisposable
{
    private readonly SmudgingShape _shape;
    private readonly SecretBuffer<ulong> _words;

    internal SmudgingSampler(SmudgingShape shape, int count)
    {
        _shape = shape;
        Count = count;
        _words = new SecretBuffer<ulong>(count);
    }

    /// <summary>Draws at a time.</summary>
    internal int Count { get; }

    /// <summary>Words that <see cref="Fill"/> writes.</summary>
    internal int LimbWords => Count * _shape.Limbs;

    /// <summary>Overwrites the limbs with fresh noise.</summary>
    internal void Fill(Keystream stream, Span<ulong> limbs)
    {
        if (limbs.Length != LimbWords)
        {
            throw new ArgumentException($"room for {limbs.Length} limbs, {LimbWords} are drawn", nameof(limbs));
        }

        limbs.Clear();
        for (int summand = 0; summand < _shape.WideSummands + _shape.NarrowSummands; summand++)
        {
            int width = summand < _shape.WideSummands ? _shape.Width : _shape.Width - 1;
            for (int limb = 0; limb < _shape.Limbs; limb++)
            {
                int bits = Math.Min(RingKernel.LimbBits, width - (limb * RingKernel.LimbBits));
                if (bits > 0)
                {
                    Accumulate(stream, (1UL << bits) - 1, limbs.Slice(limb * Count, Count));
                }
            }
        }
    }

    /// <summary>Erases the random words of the last draw.</summary>
    public void Dispose() => _words.Dispose();

    private void Accumulate(Keystream stream, ulong mask, Span<ulong> sums)
    {
        Span<ulong> words = _words.Span;
        stream.Fill(MemoryMarshal.AsBytes(words));
        Span<Vector<ulong>> from = MemoryMarshal.Cast<ulong, Vector<ulong>>(words);
        Span<Vector<ulong>> to = MemoryMarshal.Cast<ulong, Vector<ulong>>(sums);
        Vector<ulong> low = new(mask);
        for (int i = 0; i < to.Length; i++)
        {
            to[i] += from[i] & low;
        }

        for (int i = to.Length * Vector<ulong>.Count; i < sums.Length; i++)
        {
            sums[i] += words[i] & mask;
        }
    }
}
