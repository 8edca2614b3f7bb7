using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;

namespace SecureFL.Rlwe.Digests;

/// <summary>
/// sum_k A_k c_k modulo each prime, for polynomials c_k that come in any order. What it keeps between two of them is
/// the sums, 64 KiB; they are pooled, though nothing in them is secret. Not thread-safe; no allocation after
/// construction.
/// </summary>
internal sealed class PieceSum : IDisposable
{
    private const int Degree = ProductSumKernel.Degree;

    private readonly LinearDigestKey _key;
    private readonly ImmutableArray<ProductSumKernel> _kernels;
    private readonly SecretBuffer<ulong> _sums;

    internal PieceSum(LinearDigestKey key, ImmutableArray<ProductSumKernel> kernels)
    {
        _key = key;
        _kernels = kernels;
        _sums = new SecretBuffer<ulong>(Degree * kernels.Length);
    }

    /// <summary>Adds A_k c: N coefficients, each at most <paramref name="limit"/>.</summary>
    internal void Add(ulong k, ReadOnlySpan<ulong> coefficients, ulong limit)
    {
        DigestScratch scratch = DigestScratch.Rent();
        Add(scratch, k, coefficients, limit);
        scratch.Return();
    }

    /// <summary>The same with memory that the caller has rented.</summary>
    internal void Add(DigestScratch scratch, ulong k, ReadOnlySpan<ulong> coefficients, ulong limit)
    {
        Keystream stream = scratch.Stream;
        _key.Rekey(stream, k);
        for (int i = 0; i < _kernels.Length; i++)
        {
            ProductSumKernel kernel = _kernels[i];
            Span<ulong> sums = _sums.Span.Slice(i * Degree, Degree);
            Span<byte> packed = scratch.Packed[..kernel.GroupBytes];
            kernel.Begin(coefficients, limit, scratch.Values);
            for (int group = 0; group < Degree / ProductSumKernel.GroupSize; group++)
            {
                stream.Fill(packed);
                if (!kernel.MultiplyAccumulate(group, packed, scratch.Values, sums))
                {
                    Reject(scratch, kernel, group, packed);
                }
            }

            if (scratch.Rejected.Count > 0)
            {
                Redraw(scratch, kernel.Modulus);
                kernel.Replace(CollectionsMarshal.AsSpan(scratch.Rejected), coefficients, limit, scratch.Values, sums);
                scratch.Rejected.Clear();
            }
        }
    }

    /// <summary>
    /// The canonical sums, prime by prime, gone with this object; nothing can be added any more.
    /// </summary>
    internal ReadOnlySpan<ulong> Finish()
    {
        for (int i = 0; i < _kernels.Length; i++)
        {
            _kernels[i].Finish(_sums.Span.Slice(i * Degree, Degree));
        }

        return _sums.Span;
    }

    public void Dispose() => _sums.Dispose();

    private static void Reject(DigestScratch scratch, ProductSumKernel kernel, int group, ReadOnlySpan<byte> packed)
    {
        Span<ulong> words = stackalloc ulong[ProductSumKernel.GroupSize];
        WordKernel.Best.Unpack(packed, kernel.Modulus.Bits, kernel.Modulus.Value, words);
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] >= kernel.Modulus.Value)
            {
                scratch.Rejected.Add(((group * ProductSumKernel.GroupSize) + i, words[i], 0));
            }
        }
    }

    /// <summary>The rejection rule of the uniform sampler, after all first words of a polynomial.</summary>
    private static void Redraw(DigestScratch scratch, Modulus modulus)
    {
        Span<byte> drawn = stackalloc byte[sizeof(ulong)];
        foreach (ref (int Position, ulong Word, ulong Better) rejected
            in CollectionsMarshal.AsSpan(scratch.Rejected))
        {
            do
            {
                scratch.Stream.Fill(drawn);
                rejected.Better = BinaryPrimitives.ReadUInt64LittleEndian(drawn) & ((1UL << modulus.Bits) - 1);
            }
            while (rejected.Better >= modulus.Value);
        }
    }
}
