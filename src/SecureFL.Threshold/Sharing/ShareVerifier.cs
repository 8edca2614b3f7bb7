using SecureFL.Ring.Randomness;
using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Fields;

namespace SecureFL.Threshold.Sharing;

/// <summary>
/// One holder's check of the payloads it receives: h_m(j) = y_(g,m) + sum over k of r_(m,k) y_k for m = 0..3. If the
/// points of the honest holders do not lie on polynomials of degree below t, each equation holds everywhere with
/// probability 1/p, all four with p^-4 = 2^-124 for one challenge. Buffers are reused from client to client. Not
/// thread-safe.
/// </summary>
public sealed class ShareVerifier : IDisposable
{
    private readonly OneTimeKeySharing _sharing;
    private readonly uint _point;
    private readonly SecretBuffer<uint> _words;
    private readonly ShareChallenge _weights;

    /// <summary>The verifier of the holder with index <paramref name="holder"/> (1..H) in the plan.</summary>
    public ShareVerifier(OneTimeKeySharing sharing, int holder)
    {
        ArgumentNullException.ThrowIfNull(sharing);
        sharing.Scheme.CheckHolder(holder);
        _sharing = sharing;
        _point = (uint)holder;
        _words = new SecretBuffer<uint>(sharing.Coefficients + OneTimeKeySharing.MaskCount);
        _weights = new ShareChallenge(sharing.Coefficients);
    }

    /// <summary>
    /// Returns if the payload is well-formed and consistent with the proof; a holder votes for no contribution on which
    /// this throws.
    /// </summary>
    /// <param name="payload">What was sealed to this holder.</param>
    /// <param name="proof">The client's signed proof.</param>
    /// <param name="challenge">32 bytes, computed by the holder from what the client signed, never received.</param>
    /// <exception cref="ThresholdViolationException">The payload is malformed, or not on the proof's
    /// polynomials.</exception>
    /// <exception cref="ArgumentException">A proof of another threshold, or a challenge that is not 32
    /// bytes.</exception>
    public void Verify(ReadOnlySpan<byte> payload, ShareProof proof, ReadOnlySpan<byte> challenge)
    {
        ArgumentNullException.ThrowIfNull(proof);
        SpanChecks.SameLength(_sharing.Scheme.Threshold, proof.Threshold);
        _weights.Restart(challenge);
        try
        {
            WordPacking.Unpack(payload, _words.Span, "share payload");
            for (int m = 0; m < OneTimeKeySharing.MaskCount; m++)
            {
                if (!SecretPolynomials<Mersenne31>.IsOnCombined(
                        _words.Span, _point, _weights.NextRow(), _sharing.Coefficients + m, proof.Combined(m)))
                {
                    throw new ThresholdViolationException(
                        ThresholdViolation.ShareMismatch, "share payload",
                        $"holder {_point}'s point of combined polynomial {m}", "another point");
                }
            }
        }
        finally
        {
            _words.Clear();
        }
    }

    /// <summary>Erases the buffers.</summary>
    public void Dispose()
    {
        _words.Dispose();
        _weights.Dispose();
    }

    /// <summary>Says nothing about a share.</summary>
    public override string ToString() => "ShareVerifier";
}
