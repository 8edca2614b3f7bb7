using System.Collections.Immutable;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Rlwe.Digests;

/// <summary>
/// The ring of the linear digest, the same for every plan: Z_Q[X]/(X^N + 1) with N = 4096 and Q the product of the two
/// largest primes below 2^50 that are 1 modulo 2N.
/// </summary>
public static class LinearDigestParameters
{
    /// <summary>N.</summary>
    public const int Degree = ProductSumKernel.Degree;

    /// <summary>Bits of one packed word.</summary>
    public const int WordBits = 50;

    /// <summary>Bytes of a digest: 2 N words of 50 bits.</summary>
    public const int DigestBytes = 2 * Degree * WordBits / 8;

    private static readonly Lazy<ImmutableArray<ProductSumKernel>> Fastest = new(() => CreateKernels(null));

    /// <summary>Q_0 and Q_1.</summary>
    public static ImmutableArray<ulong> Primes { get; } = [1125899906826241, 1125899906629633];

    internal static ImmutableArray<Modulus> Moduli { get; } = [.. Primes.Select(p => new Modulus(p))];

    internal static ImmutableArray<ProductSumKernel> Kernels(VectorWidth? width = null) =>
        width is null ? Fastest.Value : CreateKernels(width);

    private static ImmutableArray<ProductSumKernel> CreateKernels(VectorWidth? width) =>
        [.. Moduli.Select(p => ProductSumKernel.Create(p, width))];
}
