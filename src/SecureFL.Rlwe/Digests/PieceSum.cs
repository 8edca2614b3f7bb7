using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;

namespace SecureFL.Rlwe.Digests;

/// <summary>
/// sum_k A_k c_k modulo each prime, for polynomials c_k that come in any order. Working memory does not depend on how
/// many there are: it is pooled, though nothing in it is secret. Not thread-safe; no allocation after construction.
/// </summary>
internal sealed class PieceSum : IDisposable
{
    private const int Degree = ProductSumKernel.Degree;

    private readonly LinearDigestKey _key;
    private readonly ImmutableArray<ProductSumKernel> _kernels;
    private readonly Keystream _stream = new(new byte[Keystream.KeySize]);
    private readonly SecretBuffer<byte> _packed;
    private readonly SecretBuffer<ulong> _values;
    private readonly SecretBuffer<ulong> _sums;
    private readonly List<(int Position, ulong Word, ulong Better)> _rejected = [];

    internal PieceSum(LinearDigestKey key, ImmutableArray<ProductSumKernel> kernels)
    {
        _key = key;
        _kernels = kernels;
        _packed = new SecretBuffer<byte>(kernels.Max(k => k.GroupBytes));
        _values = new SecretBuffer<ulong>(Degree);
        _sums = new SecretBuffer<ulong>(Degree * kernels.Length);
    }

    /// <summary>Adds A_k c: N coefficients, each at most <paramref name="limit"/>.</summary>
    internal void Add(ulong k, ReadOnlySpan<ulong> coefficients, ulong limit)
    {
        _key.Rekey(_stream, k);
        for (int i = 0; i < _kernels.Length; i++)
        {
            ProductSumKernel kernel = _kernels[i];
            Span<ulong> sums = _sums.Span.Slice(i * Degree, Degree);
            Span<byte> packed = _packed.Span[..kernel.GroupBytes];
            kernel.Begin(coefficients, limit, _values.Span);
            for (int group = 0; group < Degree / ProductSumKernel.GroupSize; group++)
            {
                _stream.Fill(packed);
                if (!kernel.MultiplyAccumulate(group, packed, _values.Span, sums))
                {
                    Reject(kernel, group, packed);
                }
            }

            if (_rejected.Count > 0)
            {
                Redraw(kernel.Modulus);
                kernel.Replace(CollectionsMarshal.AsSpan(_rejected), coefficients, limit, _values.Span, sums);
                _rejected.Clear();
            }
        }
    }

    /// <summary>The canonical sums, prime by prime; nothing can be added any more.</summary>
    internal ulong[] Finish()
    {
        for (int i = 0; i < _kernels.Length; i++)
        {
            _kernels[i].Finish(_sums.Span.Slice(i * Degree, Degree));
        }

        return _sums.Span.ToArray();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _packed.Dispose();
        _values.Dispose();
        _sums.Dispose();
    }

    private void Reject(ProductSumKernel kernel, int group, ReadOnlySpan<byte> packed)
    {
        Span<ulong> words = stackalloc ulong[ProductSumKernel.GroupSize];
        WordKernel.Best.Unpack(packed, kernel.Modulus.Bits, kernel.Modulus.Value, words);
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] >= kernel.Modulus.Value)
            {
                _rejected.Add(((group * ProductSumKernel.GroupSize) + i, words[i], 0));
            }
        }
    }

    /// <summary>The rejection rule of the uniform sampler, after all first words of a polynomial.</summary>
    private void Redraw(Modulus modulus)
    {
        Span<byte> drawn = stackalloc byte[sizeof(ulong)];
        foreach (ref (int Position, ulong Word, ulong Better) rejected in CollectionsMarshal.AsSpan(_rejected))
        {
            do
            {
                _stream.Fill(drawn);
                rejected.Better = BinaryPrimitives.ReadUInt64LittleEndian(drawn) & ((1UL << modulus.Bits) - 1);
            }
            while (rejected.Better >= modulus.Value);
        }
    }
}
