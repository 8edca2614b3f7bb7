using System.Collections.Immutable;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Seal.Parameters;

/// <summary>
/// A CKKS parameter set as Microsoft SEAL 4.1 makes and names it. The set's K primes are the key level; with more than
/// one the last is the special prime, which only keys have, and ciphertexts are made over the first K - 1. Security is
/// SEAL's own bound for 128 bits with ternary secrets (the table of HomomorphicEncryption.org, 2018), a little looser
/// than <see cref="Rlwe.Parameters.SecurityTable"/>: it holds here, for the sake of files that SEAL reads, and nowhere
/// else in this library. Immutable, thread-safe.
/// </summary>
public sealed class SealParameters : IEquatable<SealParameters>
{
    /// <summary>Most primes a set may have, as in SEAL.</summary>
    public const int MaxPrimes = 64;

    private readonly ImmutableArray<ParametersId> _ids;
    private readonly Lazy<ImmutableArray<RingKernel>> _transforms;

    /// <summary>Checks and freezes a set.</summary>
    /// <param name="ringDegree">N: 1024, 2048, 4096, 8192, 16384 or 32768.</param>
    /// <param name="primes">Distinct primes of at most 60 bits, 1 mod 2N; the last of several is the special
    /// prime.</param>
    /// <exception cref="ArgumentException">A rule is broken; the message names it.</exception>
    public SealParameters(int ringDegree, ImmutableArray<ulong> primes)
    {
        int limit = MaxLogModulus(ringDegree);
        if (limit == 0)
        {
            throw new ArgumentException(
                $"degree rule: the ring degree is a power of two from {RingKernel.MinDegree} to "
                + $"{RingKernel.MaxDegree}, not {ringDegree}", nameof(ringDegree));
        }

        if (primes.IsDefaultOrEmpty || primes.Length > MaxPrimes)
        {
            throw new ArgumentException(
                $"prime rule: 1 to {MaxPrimes} primes, not {(primes.IsDefault ? 0 : primes.Length)}", nameof(primes));
        }

        if (primes.Any(p => p >> 60 != 0 || p % (2 * (ulong)ringDegree) != 1))
        {
            throw new ArgumentException($"prime rule: every prime has at most 60 bits and is 1 modulo {2 * ringDegree}",
                nameof(primes));
        }

        RingDegree = ringDegree;
        Basis = new RnsBasis([.. primes.Select(p => new Modulus(p))]);
        if (LogModulus > limit)
        {
            throw new ArgumentException(
                $"security rule: log2 q = {LogModulus} exceeds {limit}, SEAL's bound for 128 bits at N = {ringDegree}",
                nameof(primes));
        }

        _ids = [.. Enumerable.Range(1, primes.Length)
            .Select(count => ParametersId.Compute(ringDegree, Moduli.AsSpan(0, count)))];
        _transforms = new(() => [.. Moduli.Select(p => RingKernel.Create(RingDegree, p))]);
        Residues = [.. Moduli.Select(p => ResidueKernel.Create(p))];
    }

    /// <summary>N.</summary>
    public int RingDegree { get; }

    /// <summary>N/2: the values of one plaintext of the slot encoder.</summary>
    public int SlotCount => RingDegree / 2;

    /// <summary>All K primes, the special one last.</summary>
    public ImmutableArray<Modulus> Moduli => Basis.Moduli;

    /// <summary>Primes of a fresh ciphertext: K - 1, or 1 where K is 1.</summary>
    public int DataPrimes => Math.Max(1, Moduli.Length - 1);

    /// <summary>Whether the last prime is a special one.</summary>
    public bool HasSpecialPrime => Moduli.Length > 1;

    /// <summary>Bits of the product of all primes: what the security bound counts.</summary>
    public int LogModulus => (int)Basis.Product.GetBitLength();

    /// <summary>The id of keys.</summary>
    public ParametersId KeyId => _ids[^1];

    /// <summary>The id of fresh plaintexts and ciphertexts.</summary>
    public ParametersId DataId => _ids[DataPrimes - 1];

    internal RnsBasis Basis { get; }

    internal ImmutableArray<RingKernel> Transforms => _transforms.Value;

    internal ImmutableArray<ResidueKernel> Residues { get; }

    /// <summary>A set with the primes that SEAL picks for these sizes: <c>CoeffModulus::Create</c>.</summary>
    public static SealParameters Create(int ringDegree, params ReadOnlySpan<int> bitSizes) =>
        new(ringDegree, SealPrimes.Create(ringDegree, bitSizes));

    /// <summary>
    /// Largest log2 q that SEAL takes for 128 bits of classical security at ring degree N; 0 where it has no entry or
    /// this library no transform.
    /// </summary>
    public static int MaxLogModulus(int ringDegree) => ringDegree switch
    {
        1024 => 27,
        2048 => 54,
        4096 => 109,
        8192 => 218,
        16384 => 438,
        32768 => 881,
        _ => 0,
    };

    /// <summary>The id of the level with the first <paramref name="primes"/> primes.</summary>
    public ParametersId IdOf(int primes) => _ids[primes - 1];

    /// <summary>How many primes the level of that id has; 0 for an id of another set.</summary>
    public int PrimesOf(ParametersId id) => _ids.IndexOf(id) + 1;

    /// <inheritdoc/>
    public bool Equals(SealParameters? other) => other is not null && KeyId == other.KeyId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SealParameters);

    /// <inheritdoc/>
    public override int GetHashCode() => KeyId.GetHashCode();

    /// <summary>For example "SEAL CKKS N=8192 {60,40,40}".</summary>
    public override string ToString() => $"SEAL CKKS N={RingDegree} {{{string.Join(',', Moduli.Select(p => p.Bits))}}}";

    /// <summary>Both must be of this set.</summary>
    internal void Require(SealParameters other, string name)
    {
        if (!Equals(other))
        {
            throw new ArgumentException($"{name} is of {other} ({other.KeyId}), not of {this} ({KeyId})", name);
        }
    }
}
