using System.Security.Cryptography;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Memory;
using SecureFL.Rlwe.OneTimeKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Rlwe.JointKey;

/// <summary>
/// A joint public key (b, a) of several key holders: a = the reference polynomial that all derive from one seed, b =
/// sum of the holders' b_k = -a s_k + e_k (Mouchet, Troncoso-Pastoriza, Bossuat, Hubaux 2021). Held prepared for
/// products. Immutable, thread-safe.
/// </summary>
public sealed class JointPublicKey
{
    private readonly AlignedBuffer<ulong> _a;
    private readonly AlignedBuffer<ulong> _b;
    private readonly byte[] _referenceSeed;
    private readonly byte[] _encoded;

    private JointPublicKey(CkksParameters parameters, ReadOnlySpan<byte> referenceSeed, ReadOnlySpan<byte> encoded)
    {
        Parameters = parameters;
        _referenceSeed = referenceSeed.ToArray();
        _encoded = encoded.ToArray();
        _a = new AlignedBuffer<ulong>(ResiduePacking.Words(parameters));
        _b = new AlignedBuffer<ulong>(_a.Length);
        ReferencePolynomial.Expand(parameters, referenceSeed, _a.Span);
        ResiduePacking.Unpack(parameters, encoded, _b.Span, "public key");
        for (int i = 0; i < parameters.Moduli.Length; i++)
        {
            Span<ulong> a = _a.Span.Slice(i * parameters.RingDegree, parameters.RingDegree);
            Span<ulong> b = _b.Span.Slice(i * parameters.RingDegree, parameters.RingDegree);
            parameters.Kernels[i].Forward(b);
            parameters.Kernels[i].PrepareKey(a, a);
            parameters.Kernels[i].PrepareKey(b, b);
        }
    }

    /// <summary>The set it was made for.</summary>
    public CkksParameters Parameters { get; }

    /// <summary>The 32 bytes that a is derived from.</summary>
    public ReadOnlySpan<byte> ReferenceSeed => _referenceSeed;

    /// <summary>b: packed canonical coefficients modulo each prime, <see cref="EncodedBytes"/> bytes.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded;

    /// <summary>Bytes of an encoded b, and of every other packed polynomial of these parameters.</summary>
    public static int EncodedBytes(CkksParameters parameters) => ResiduePacking.Bytes(parameters);

    /// <summary>Reads a key: the seed that everyone derives, and b from a peer.</summary>
    /// <exception cref="ResidueFormatException">Wrong length, or a residue that is not below its prime.</exception>
    /// <exception cref="ArgumentException">The parameters have no ternary secret, or the seed is not 32
    /// bytes.</exception>
    public static JointPublicKey Parse(CkksParameters parameters, ReadOnlySpan<byte> referenceSeed,
        ReadOnlySpan<byte> encoded)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        RequireTernary(parameters);
        return new JointPublicKey(parameters, referenceSeed, encoded);
    }

    /// <summary>The same key modulo the first primes of its set, for encryption at their level.</summary>
    /// <param name="level">A set with the same ring and some of the first primes, in their order.</param>
    /// <exception cref="ArgumentException">Other primes, another ring or another secret.</exception>
    public JointPublicKey AtLevel(CkksParameters level)
    {
        ArgumentNullException.ThrowIfNull(level);
        RequireTernary(level);
        if (level.RingDegree != Parameters.RingDegree || level.Moduli.Length > Parameters.Moduli.Length
            || !level.Moduli.SequenceEqual(Parameters.Moduli.Take(level.Moduli.Length)))
        {
            throw new ArgumentException($"{level} has no level of {Parameters}", nameof(level));
        }

        return level.Equals(Parameters) ? this
            : new JointPublicKey(level, _referenceSeed, _encoded.AsSpan(0, ResiduePacking.Bytes(level)));
    }

    /// <summary>SHA-256 over the parameters' digest, the seed and b.</summary>
    public byte[] ComputeDigest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("SecureFL v2 joint public key"u8);
        hash.AppendData(Parameters.Digest);
        hash.AppendData(_referenceSeed);
        hash.AppendData(_encoded);
        return hash.GetHashAndReset();
    }

    /// <summary>Throws unless secrets are ternary: the bounds of the joint-key suite are computed for those.</summary>
    internal static void RequireTernary(CkksParameters parameters)
    {
        if (parameters.Secret != SecretDistribution.Ternary)
        {
            throw new ArgumentException("secret rule: the joint-key suite has ternary secrets", nameof(parameters));
        }
    }

    /// <summary>a modulo the prime of that index, prepared for <see cref="RingKernel.MultiplyAddLifted"/>.</summary>
    internal ReadOnlySpan<ulong> A(int prime) => _a.Span.Slice(prime * Parameters.RingDegree, Parameters.RingDegree);

    /// <summary>b modulo the prime of that index, prepared for <see cref="RingKernel.MultiplyAddLifted"/>.</summary>
    internal ReadOnlySpan<ulong> B(int prime) => _b.Span.Slice(prime * Parameters.RingDegree, Parameters.RingDegree);
}
