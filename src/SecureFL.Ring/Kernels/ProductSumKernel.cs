using System.Runtime.Intrinsics;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// Sums of many products a * x modulo X^4096 + 1 and one prime of at most 50 bits, value by value in evaluation form: x
/// by its coefficients, a by the packed random words that are its values. A product is begun, then taken group by
/// group. Nothing here is secret. Thread-safe: values and sums are the caller's, in the kernel's own form; sums begin
/// as zero words.
/// </summary>
internal abstract class ProductSumKernel(Modulus modulus)
{
    /// <summary>N.</summary>
    internal const int Degree = 4096;

    /// <summary>Values that one call of <see cref="MultiplyAccumulate"/> takes.</summary>
    internal const int GroupSize = WordKernel.GroupSize;

    /// <summary>Fewest bits of the prime: the low half of a word must be small beside it.</summary>
    internal const int MinBits = 36;

    internal Modulus Modulus { get; } = modulus;

    /// <summary>Bytes of the packed words of one group.</summary>
    internal int GroupBytes => WordKernel.PackedBytes(GroupSize, Modulus.Bits);

    /// <summary>The fastest kernel for this prime, or the one asked for.</summary>
    internal static ProductSumKernel Create(Modulus modulus, VectorWidth? width = null)
    {
        if (modulus.Bits is < MinBits or > RingKernel.MaxFmaBits)
        {
            throw new ArgumentException(
                $"a sum of products takes primes of {MinBits} to {RingKernel.MaxFmaBits} bits, not {modulus.Bits}",
                nameof(modulus));
        }

        return (width ?? VectorWidths.Best) switch
        {
            VectorWidth.Bits512 =>
                new FmaProductSumKernel<Lanes512, Vector512<double>, Vector512<ulong>>(modulus),
            VectorWidth.Bits256 =>
                new FmaProductSumKernel<Lanes256, Vector256<double>, Vector256<ulong>>(modulus),
            VectorWidth.Bits128 =>
                new FmaProductSumKernel<Lanes128, Vector128<double>, Vector128<ulong>>(modulus),
            _ => new ScalarProductSumKernel(modulus),
        };
    }

    /// <summary>
    /// Begins a product: the coefficients of x are N integers, each at most <paramref name="limit"/>.
    /// </summary>
    internal abstract void Begin(ReadOnlySpan<ulong> coefficients, ulong limit, Span<ulong> values);

    /// <summary>
    /// sums += a * x on the 512 positions of a group: of the groups 0, 1, ... in order, each once. a's values are
    /// packed words of as many bits as the prime. False if one of them is not below the prime: it has been used all the
    /// same, and <see cref="Replace"/> is due.
    /// </summary>
    internal abstract bool MultiplyAccumulate(int group, ReadOnlySpan<byte> packed, Span<ulong> values,
        Span<ulong> sums);

    /// <summary>
    /// The sums as if other words had stood at some positions of a: at most once in 2^19 products, so x is transformed
    /// again.
    /// </summary>
    internal void Replace(ReadOnlySpan<(int Position, ulong Word, ulong Better)> words,
        ReadOnlySpan<ulong> coefficients, ulong limit, Span<ulong> values, Span<ulong> sums)
    {
        Transform(coefficients, limit, values);
        foreach ((int position, ulong word, ulong better) in words)
        {
            ulong difference = Modulus.Subtract(better % Modulus.Value, word % Modulus.Value);
            sums[position] = FromResidue(
                Modulus.Add(ToResidue(sums[position]), Modulus.Multiply(difference, ToResidue(values[position]))));
        }
    }

    /// <summary>Sums to canonical residues in evaluation order, in place.</summary>
    internal abstract void Finish(Span<ulong> sums);

    /// <summary>All values of x.</summary>
    private protected abstract void Transform(ReadOnlySpan<ulong> coefficients, ulong limit, Span<ulong> values);

    private protected abstract ulong ToResidue(ulong value);

    private protected abstract ulong FromResidue(ulong residue);

    private protected static void Check(int length, string name)
    {
        if (length != Degree)
        {
            throw new ArgumentException($"{name} holds {length} words, the ring degree is {Degree}", name);
        }
    }

    private protected void CheckGroup(int group, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(group);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(group, Degree / GroupSize);
        if (bytes != GroupBytes)
        {
            throw new ArgumentException($"{bytes} bytes of packed words, a group has {GroupBytes}");
        }
    }
}
