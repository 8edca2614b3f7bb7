using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Kernels;

/// <summary>The 64-bit integer kernel: fallback and oracle. Values and sums are canonical residues.</summary>
internal sealed class ScalarProductSumKernel(Modulus modulus) : ProductSumKernel(modulus)
{
    private readonly ScalarRingKernel _ring = new(Degree, modulus);
    private readonly WordKernel _words = WordKernel.Create(VectorWidth.Scalar);

    internal override void Begin(ReadOnlySpan<ulong> coefficients, ulong limit, Span<ulong> values) =>
        Transform(coefficients, limit, values);

    private protected override void Transform(ReadOnlySpan<ulong> coefficients, ulong limit, Span<ulong> values)
    {
        Check(coefficients.Length, nameof(coefficients));
        Check(values.Length, nameof(values));
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = coefficients[i] % Modulus.Value;
        }

        _ring.Forward(values);
    }

    internal override bool MultiplyAccumulate(int group, ReadOnlySpan<byte> packed, Span<ulong> values,
        Span<ulong> sums)
    {
        Check(values.Length, nameof(values));
        Check(sums.Length, nameof(sums));
        CheckGroup(group, packed.Length);
        Span<ulong> words = stackalloc ulong[GroupSize];
        bool below = _words.Unpack(packed, Modulus.Bits, Modulus.Value, words);
        ReadOnlySpan<ulong> x = values.Slice(group * GroupSize, GroupSize);
        Span<ulong> sum = sums.Slice(group * GroupSize, GroupSize);
        for (int i = 0; i < words.Length; i++)
        {
            sum[i] = Modulus.Add(sum[i], Modulus.Multiply(words[i], x[i]));
        }

        return below;
    }

    internal override void Finish(Span<ulong> sums) => Check(sums.Length, nameof(sums));

    private protected override ulong ToResidue(ulong value) => value;

    private protected override ulong FromResidue(ulong residue) => residue;
}
