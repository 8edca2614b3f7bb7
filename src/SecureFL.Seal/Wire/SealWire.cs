using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Planning;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Wire;

/// <summary>A round's parameters and joint key as SEAL names and holds them.</summary>
public static class SealWire
{
    /// <summary>The set of the ciphertexts and, last, the special prime.</summary>
    /// <exception cref="ArgumentException">The parameters' ciphertexts are bit-packed.</exception>
    public static SealParameters ToSeal(this AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return parameters.TravelsAsSeal
            ? new SealParameters(parameters.RingDegree, [.. parameters.KeySet.Moduli.Select(p => p.Value)])
            : throw new ArgumentException(
                "the ciphertexts of these parameters are bit-packed, not SEAL objects", nameof(parameters));
    }

    /// <summary>The key as SEAL holds it, over all primes of <paramref name="seal"/>.</summary>
    /// <exception cref="ArgumentException">The set has other primes than this key.</exception>
    public static PublicKey ToSeal(this JointPublicKey key, SealParameters seal)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(seal);
        CkksParameters set = key.Parameters;
        if (seal.RingDegree != set.RingDegree || !seal.Moduli.SequenceEqual(set.Moduli))
        {
            throw new ArgumentException($"{seal} has other primes than the key, {set}", nameof(seal));
        }

        ulong[] b = new ulong[ResiduePacking.Words(set)];
        ulong[] a = new ulong[b.Length];
        ReferencePolynomial.Expand(set, key.ReferenceSeed, a);
        ResiduePacking.Unpack(set, key.Encoded, b, "public key");
        for (int i = 0; i < set.Moduli.Length; i++)
        {
            RingKernel kernel = set.Kernels[i];
            Span<ulong> here = b.AsSpan(i * set.RingDegree, set.RingDegree);
            kernel.Forward(here);
            kernel.SwapOrder(here);
            kernel.SwapOrder(a.AsSpan(i * set.RingDegree, set.RingDegree));
        }

        return PublicKey.Create(seal, b, a);
    }
}
