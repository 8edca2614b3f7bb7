using System.Collections.Concurrent;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Memory;
using SecureFL.Ring.Randomness;

namespace SecureFL.Rlwe.Digests;

/// <summary>
/// What a thread needs while it adds polynomials to a digest, and no longer: as many exist as threads work at the same
/// time, not as many as digests are under way. Nothing in it is secret. Not thread-safe; renting is.
/// </summary>
internal sealed class DigestScratch
{
    private static readonly ConcurrentBag<DigestScratch> Idle = [];

    private readonly AlignedBuffer<ulong> _piece = new(LinearDigestParameters.Degree);
    private readonly AlignedBuffer<ulong> _values = new(LinearDigestParameters.Degree);
    private readonly AlignedBuffer<byte> _packed =
        new(WordKernel.PackedBytes(ProductSumKernel.GroupSize, RingKernel.MaxFmaBits));

    /// <summary>N coefficients of one polynomial.</summary>
    internal Span<ulong> Piece => _piece.Span;

    /// <summary>Its values under way.</summary>
    internal Span<ulong> Values => _values.Span;

    /// <summary>Packed words of one group of a public polynomial, of at most the widest prime.</summary>
    internal Span<byte> Packed => _packed.Span;

    /// <summary>Gives the public polynomials.</summary>
    internal Keystream Stream { get; } = new(new byte[Keystream.KeySize]);

    /// <summary>Words of a public polynomial that were not below the prime, with what stands for them.</summary>
    internal List<(int Position, ulong Word, ulong Better)> Rejected { get; } = [];

    internal static DigestScratch Rent() => Idle.TryTake(out DigestScratch? idle) ? idle : new DigestScratch();

    internal void Return()
    {
        Rejected.Clear();
        Idle.Add(this);
    }
}
