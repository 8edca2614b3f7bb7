using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Rlwe.Parameters;

/// <summary>
/// A checked parameter set of additive CKKS in coefficient form: ring degree N, primes p_i = 1 mod 2N, scale Delta =
/// 2^k, error distribution; secrets are discrete Gaussian of deviation 6.4 or ternary. Immutable, thread-safe.
/// </summary>
public sealed class CkksParameters : IEquatable<CkksParameters>
{
    /// <summary>Most primes a set may have.</summary>
    public const int MaxPrimes = 9;

    /// <summary>Largest log2 Delta with Gaussian secrets, where Delta stands above encryption noise only.</summary>
    public const int MaxLogScaleGaussian = 40;

    /// <summary>Largest log2 Delta with ternary secrets, where Delta stands above smudging noise.</summary>
    public const int MaxLogScaleTernary = 120;

    private readonly Lazy<ImmutableArray<RingKernel>> _kernels;
    private readonly byte[] _digest;

    /// <summary>Checks and freezes a set.</summary>
    /// <param name="ringDegree">N: 1024, 2048, 4096, 8192, 16384 or 32768.</param>
    /// <param name="primes">Distinct primes of 20 to 60 bits, 1 mod 2N.</param>
    /// <param name="logScale">k, 1 to 40; with ternary secrets 1 to 120.</param>
    /// <param name="error">The error distribution.</param>
    /// <param name="secret">The secret distribution.</param>
    /// <exception cref="ArgumentException">A rule is broken; the message names it.</exception>
    public CkksParameters(int ringDegree, ImmutableArray<ulong> primes, int logScale, ErrorDistribution error,
        SecretDistribution secret = SecretDistribution.DiscreteGaussian)
    {
        int limit = SecurityTable.MaxLogModulus(ringDegree, error, secret);
        if (limit == 0)
        {
            throw new ArgumentException($"security rule: no entry for ring degree {ringDegree} with {error} errors",
                nameof(ringDegree));
        }

        if (primes.IsDefaultOrEmpty || primes.Length > MaxPrimes)
        {
            throw new ArgumentException($"prime rule: 1 to {MaxPrimes} primes", nameof(primes));
        }

        if (primes.Any(p => p >> 60 != 0 || p >> 19 == 0 || p % (2 * (ulong)ringDegree) != 1))
        {
            throw new ArgumentException($"prime rule: every prime has 20 to 60 bits and is 1 modulo {2 * ringDegree}",
                nameof(primes));
        }

        int maxLogScale = secret == SecretDistribution.Ternary ? MaxLogScaleTernary : MaxLogScaleGaussian;
        if (logScale < 1 || logScale > maxLogScale)
        {
            throw new ArgumentException($"scale rule: log2 of the scale is 1 to {maxLogScale}, not {logScale}",
                nameof(logScale));
        }

        RingDegree = ringDegree;
        Basis = new RnsBasis([.. primes.Select(p => new Modulus(p))]);
        if (Basis.Product.GetBitLength() > limit)
        {
            throw new ArgumentException(
                $"security rule: log2 q = {Basis.Product.GetBitLength()} exceeds {limit}, the most for "
                + $"{SecurityTable.SecurityBits} bits at N = {ringDegree} with {error} errors",
                nameof(primes));
        }

        LogScale = logScale;
        Error = error;
        Secret = secret;
        _kernels = new(() => [.. Moduli.Select(p => RingKernel.Create(RingDegree, p))]);
        _digest = ComputeDigest();
    }

    /// <summary>N.</summary>
    public int RingDegree { get; }

    /// <summary>The primes and their product q.</summary>
    public RnsBasis Basis { get; }

    /// <summary>The primes, in order.</summary>
    public ImmutableArray<Modulus> Moduli => Basis.Moduli;

    /// <summary>log2 Delta.</summary>
    public int LogScale { get; }

    /// <summary>The error distribution.</summary>
    public ErrorDistribution Error { get; }

    /// <summary>The secret distribution.</summary>
    public SecretDistribution Secret { get; }

    /// <summary>Bits of one packed coefficient: the sum of ceil(log2 p_i).</summary>
    public int CoefficientBits => Moduli.Sum(p => p.Bits);

    /// <summary>SHA-256 over the set; two objects are compatible exactly if their digests are equal.</summary>
    public ReadOnlySpan<byte> Digest => _digest;

    internal ImmutableArray<RingKernel> Kernels => _kernels.Value;

    /// <inheritdoc/>
    public bool Equals(CkksParameters? other) => other is not null && Digest.SequenceEqual(other.Digest);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CkksParameters);

    /// <inheritdoc/>
    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(_digest);

    /// <summary>For example "N=8192 q=48+48+48+49 bits scale=2^11 CenteredBinomial".</summary>
    public override string ToString() =>
        $"N={RingDegree} q={string.Join('+', Moduli.Select(p => p.Bits))} bits scale=2^{LogScale} {Error}{(Secret == SecretDistribution.Ternary ? ", ternary secret" : string.Empty)}";

    private byte[] ComputeDigest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Secret == SecretDistribution.Ternary ? "SecureFL v2 ternary ckks-parameters"u8
            : "SecureFL v2 ckks-parameters"u8);
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        foreach (ulong field in Moduli.Select(p => p.Value).Prepend((ulong)Error).Prepend((ulong)LogScale)
            .Prepend((ulong)RingDegree))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, field);
            hash.AppendData(word);
        }

        return hash.GetHashAndReset();
    }
}
