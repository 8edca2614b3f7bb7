using System.Numerics;
using System.Runtime.Intrinsics;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// Polynomials modulo X^N + 1 and one prime, at one vector width. Thread-safe: the tables are read-only.
/// </summary>
internal abstract class RingKernel(int degree, Modulus modulus)
{
    internal const int MinDegree = 1024;
    internal const int MaxDegree = 32768;
    internal const int MaxFmaBits = 50;
    internal const int MaxSplitBits = 60;

    /// <summary>
    /// Largest addend of a product, in absolute value: below 2^12, and below p/2 - 2, since the smallest prime that is
    /// 1 modulo 2 * <see cref="MinDegree"/> is 12289.
    /// </summary>
    internal const int MaxAddend = (1 << 12) - 1;

    /// <summary>Bits of one limb of a wide addend: 18 limbs of 48 bits add up to less than 2^53.</summary>
    internal const int LimbBits = 48;

    internal int Degree { get; } = degree;

    internal Modulus Modulus { get; } = modulus;

    /// <summary>The fastest kernel for this prime, or the one asked for.</summary>
    internal static RingKernel Create(int degree, Modulus modulus, VectorWidth? width = null)
    {
        if (!BitOperations.IsPow2(degree) || degree is < MinDegree or > MaxDegree)
        {
            throw new ArgumentException(
                $"the ring degree is a power of two from {MinDegree} to {MaxDegree}, not {degree}", nameof(degree));
        }

        VectorWidth chosen = modulus.Bits <= MaxSplitBits ? width ?? VectorWidths.Best : VectorWidth.Scalar;
        return (chosen, modulus.Bits <= MaxFmaBits) switch
        {
            (VectorWidth.Bits512, true) =>
                new FmaRingKernel<Lanes512, Vector512<double>, Vector512<ulong>>(degree, modulus),
            (VectorWidth.Bits256, true) =>
                new FmaRingKernel<Lanes256, Vector256<double>, Vector256<ulong>>(degree, modulus),
            (VectorWidth.Bits128, true) =>
                new FmaRingKernel<Lanes128, Vector128<double>, Vector128<ulong>>(degree, modulus),
            (VectorWidth.Bits512, false) =>
                new SplitRingKernel<Lanes512, Vector512<double>, Vector512<ulong>>(degree, modulus),
            (VectorWidth.Bits256, false) =>
                new SplitRingKernel<Lanes256, Vector256<double>, Vector256<ulong>>(degree, modulus),
            (VectorWidth.Bits128, false) =>
                new SplitRingKernel<Lanes128, Vector128<double>, Vector128<ulong>>(degree, modulus),
            _ => new ScalarRingKernel(degree, modulus),
        };
    }

    /// <summary>
    /// Refuses a source of addends whose <paramref name="bound"/> exceeds <see cref="MaxAddend"/>: what constructors
    /// ask of their sampler, since the products do not look at secret values.
    /// </summary>
    internal static void RequireAddends(int bound)
    {
        if (bound > MaxAddend)
        {
            throw new ArgumentException($"samples reach {bound}, an addend of a product at most {MaxAddend}",
                nameof(bound));
        }
    }

    /// <summary>Canonical residues in natural order become canonical values in evaluation order.</summary>
    internal abstract void Forward(Span<ulong> polynomial);

    /// <summary>The inverse of <see cref="Forward"/>.</summary>
    internal abstract void Inverse(Span<ulong> values);

    /// <summary>
    /// Prepares a small integer polynomial, |s_k| &lt; 2^23, for <see cref="MultiplyAdd"/>; the form is the kernel's
    /// own.
    /// </summary>
    internal abstract void Prepare(ReadOnlySpan<int> small, Span<ulong> prepared);

    /// <summary>
    /// result = a * s + e: a in evaluation form (canonical), s prepared, |e| &lt;= <see cref="MaxAddend"/>; the result
    /// is canonical coefficients.
    /// </summary>
    internal abstract void MultiplyAdd(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> prepared, ReadOnlySpan<int> small,
        Span<ulong> result);

    /// <summary>
    /// Prepares canonical values in evaluation form, a key for many products, for <see cref="MultiplyAddLifted"/>; the
    /// form is the kernel's own.
    /// </summary>
    internal virtual void PrepareKey(ReadOnlySpan<ulong> values, Span<ulong> key)
    {
        Check(values.Length, nameof(values));
        Check(key.Length, nameof(key));
        values.CopyTo(key);
    }

    /// <summary>
    /// Transforms coefficients -1, 0 and 1 for <see cref="MultiplyAddLifted"/>; the form is the kernel's own.
    /// </summary>
    internal virtual void LiftTernary(ReadOnlySpan<int> ternary, Span<ulong> lifted) => Prepare(ternary, lifted);

    /// <summary>
    /// result = key * u + e: the key from <see cref="PrepareKey"/>, u from <see cref="LiftTernary"/>, |e| &lt;=
    /// <see cref="MaxAddend"/>; the result is canonical coefficients.
    /// </summary>
    internal virtual void MultiplyAddLifted(ReadOnlySpan<ulong> key, ReadOnlySpan<ulong> lifted,
        ReadOnlySpan<int> small, Span<ulong> result) =>
        MultiplyAdd(key, lifted, small, result);

    /// <summary>Prepares canonical values in evaluation form for <see cref="MultiplyAccumulate"/>.</summary>
    internal abstract void PrepareValues(ReadOnlySpan<ulong> values, Span<ulong> prepared);

    /// <summary>
    /// accumulator += a * s, value by value: a and the accumulator canonical in evaluation form, s from
    /// <see cref="PrepareValues"/>, or from <see cref="Prepare"/>, which stands for s/N.
    /// </summary>
    internal abstract void MultiplyAccumulate(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> prepared,
        Span<ulong> accumulator);

    /// <summary>
    /// Between evaluation order and bit-reversed order, where value i is that at psi^(2 bitrev(i) + 1); its own
    /// inverse.
    /// </summary>
    internal abstract void SwapOrder(Span<ulong> values);

    /// <summary>
    /// Prepares a polynomial of canonical coefficients, times a public residue, for <see cref="MultiplyAdd"/>; in place
    /// is allowed. Neither time nor access depends on the coefficients.
    /// </summary>
    internal abstract void PrepareResidues(ReadOnlySpan<ulong> polynomial, ulong factor, Span<ulong> prepared);

    /// <summary>
    /// result = result + sum_l limbs_l 2^(48 l) - offset mod p, canonical: limbs below 2^53, limb-major; the offset is
    /// a residue.
    /// </summary>
    internal virtual void AddLimbs(ReadOnlySpan<ulong> limbs, ulong offset, Span<ulong> result)
    {
        Check(result.Length, nameof(result));
        int count = CheckLimbs(limbs.Length);
        for (int limb = 0; limb < count; limb++)
        {
            ConstantMultiplier weight = new(Modulus, Modulus.Power(2, (ulong)(limb * LimbBits)));
            ulong constant = limb == 0 ? Modulus.Value - offset : Modulus.Value;
            for (int i = 0; i < result.Length; i++)
            {
                // Two residues and a number up to p, below 3p in all.
                ulong sum = result[i] + weight.Multiply(limbs[(limb * Degree) + i]) + constant;
                result[i] = ConstantMultiplier.SubtractIfAtLeast(
                    ConstantMultiplier.SubtractIfAtLeast(sum, 2 * Modulus.Value), Modulus.Value);
            }
        }
    }

    private protected int CheckLimbs(int length) =>
        length > 0 && length % Degree == 0 ? length / Degree
        : throw new ArgumentException($"{length} limb words, expected a multiple of {Degree}");

    private protected void Check(int length, string name)
    {
        if (length != Degree)
        {
            throw new ArgumentException($"{name} holds {length} words, the ring degree is {Degree}", name);
        }
    }
}
