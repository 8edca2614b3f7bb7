using SecureFL.Ring.Memory;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Threshold.JointKey;

/// <summary>
/// One key holder's b_k = -a s_k + e_k: public once revealed; before, only a hash of <see cref="Encoded"/> is.
/// Immutable, thread-safe.
/// </summary>
public sealed class PublicKeyGenShare
{
    private readonly byte[] _encoded;

    private PublicKeyGenShare(CkksParameters parameters, byte[] encoded)
    {
        Parameters = parameters;
        _encoded = encoded;
    }

    /// <summary>The set it was made for.</summary>
    public CkksParameters Parameters { get; }

    /// <summary>Packed canonical coefficients, <see cref="JointPublicKey.EncodedBytes"/> bytes.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded;

    /// <summary>Reads a peer's share.</summary>
    /// <exception cref="ThresholdViolationException">Wrong length, or a residue that is not below its
    /// prime.</exception>
    public static PublicKeyGenShare Parse(CkksParameters parameters, ReadOnlySpan<byte> encoded)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        RingResidues.Unpack(parameters, encoded, new AlignedBuffer<ulong>(ResiduePacking.Words(parameters)).Span,
            "public key share");
        return new PublicKeyGenShare(parameters, encoded.ToArray());
    }

    internal static PublicKeyGenShare Create(CkksParameters parameters, ReadOnlySpan<ulong> residues)
    {
        byte[] encoded = new byte[ResiduePacking.Bytes(parameters)];
        ResiduePacking.Pack(parameters, residues, encoded);
        return new PublicKeyGenShare(parameters, encoded);
    }
}
