using SecureFL.Threshold.Elements;

namespace SecureFL.Threshold.Sharing;

/// <summary>
/// Four combined masked polynomials h_0..h_3 of degree below t, which a client publishes with its encrypted shares.
/// They show every holder that its own point lies on polynomials of degree below t, and reveal nothing: each h_m is
/// uniform, being blinded by the random polynomial g_m. Checking many sharings by one random combination is Bellare,
/// Garay and Rabin's batch verification ("Distributed pseudo-random bit generators", PODC 1996), here made
/// non-interactive by hashing. Immutable and thread-safe.
/// </summary>
public sealed class ShareProof
{
    private readonly int _threshold;
    private readonly uint[] _coefficients;

    internal ShareProof(int threshold, uint[] coefficients)
    {
        _threshold = threshold;
        _coefficients = coefficients;
    }

    internal int Threshold => _threshold;

    /// <summary>
    /// Reads a proof of exactly <see cref="OneTimeKeySharing.ProofBytes"/> bytes: h_0's t coefficients from x^0 up,
    /// then h_1's, ...
    /// </summary>
    /// <exception cref="ThresholdViolationException">Wrong length, a word that is not an element, or padding that is
    /// not 0.</exception>
    public static ShareProof Parse(OneTimeKeySharing sharing, ReadOnlySpan<byte> encoded)
    {
        ArgumentNullException.ThrowIfNull(sharing);
        uint[] coefficients = new uint[OneTimeKeySharing.MaskCount * sharing.Scheme.Threshold];
        WordPacking.Unpack(encoded, coefficients, "share proof");
        return new ShareProof(sharing.Scheme.Threshold, coefficients);
    }

    /// <summary>The canonical encoding.</summary>
    public byte[] Encode()
    {
        byte[] encoded = new byte[WordPacking.PackedBytes(_coefficients.Length)];
        WordPacking.Pack(_coefficients, encoded);
        return encoded;
    }

    /// <summary>The t coefficients of h_m, from x^0 up.</summary>
    internal ReadOnlySpan<uint> Combined(int m) => _coefficients.AsSpan(m * _threshold, _threshold);
}
