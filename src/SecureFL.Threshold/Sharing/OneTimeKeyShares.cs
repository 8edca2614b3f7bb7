using SecureFL.Ring.Randomness;
using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Fields;

namespace SecureFL.Threshold.Sharing;

/// <summary>
/// The dealer's side of one sharing, in its only order: write the payload of every listed holder, then create the
/// proof, once, from a challenge that hashes what the payloads were encrypted to. Creating the proof, or disposing,
/// erases every polynomial. Not thread-safe.
/// </summary>
public sealed class OneTimeKeyShares : IDisposable
{
    private readonly OneTimeKeySharing _sharing;
    private readonly SecretPolynomials<Mersenne31> _polynomials;
    private readonly SecretBuffer<uint> _words;
    private ulong _written;
    private bool _erased;

    internal OneTimeKeyShares(OneTimeKeySharing sharing, SecretPolynomials<Mersenne31> polynomials)
    {
        _sharing = sharing;
        _polynomials = polynomials;
        _words = new SecretBuffer<uint>(polynomials.Columns);
    }

    /// <summary>Writes the payload of one holder.</summary>
    /// <param name="holder">Its index in the plan, 1..H.</param>
    /// <param name="destination">Exactly <see cref="OneTimeKeySharing.PayloadBytes"/> bytes. Secret: to be encrypted to
    /// the holder and erased.</param>
    /// <exception cref="ArgumentException">No such holder, or a destination of another length.</exception>
    /// <exception cref="ObjectDisposedException">The proof has been created, or the shares disposed.</exception>
    public void WritePayload(int holder, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_erased, this);
        _sharing.Scheme.CheckHolder(holder);
        SpanChecks.SameLength(_sharing.PayloadBytes, destination.Length);
        _polynomials.Evaluate((uint)holder, _words.Span);
        WordPacking.Pack(_words.Span, destination);
        _written |= 1UL << (holder - 1);
    }

    /// <summary>
    /// h_m(x) = g_m(x) + sum over k of r_(m,k) f_k(x), m = 0..3, with r from the challenge; then erases the
    /// polynomials.
    /// </summary>
    /// <param name="challenge">32 bytes: a hash of the context, the client and every encrypted payload
    /// (<see cref="ShareChallenge"/>).</param>
    /// <exception cref="InvalidOperationException">Fewer than t payloads were written: nobody could ever open this
    /// contribution.</exception>
    /// <exception cref="ObjectDisposedException">The proof has been created, or the shares disposed. A second proof
    /// would reveal the secret.</exception>
    public ShareProof CreateProof(ReadOnlySpan<byte> challenge)
    {
        ObjectDisposedException.ThrowIf(_erased, this);
        using ShareChallenge weights = new(challenge, _sharing.Coefficients);
        int threshold = _sharing.Scheme.Threshold;
        int written = System.Numerics.BitOperations.PopCount(_written);
        if (written < threshold)
        {
            throw new InvalidOperationException(
                $"payloads of {written} holders were written, the threshold is {threshold}");
        }

        uint[] combined = new uint[OneTimeKeySharing.MaskCount * threshold];
        for (int m = 0; m < OneTimeKeySharing.MaskCount; m++)
        {
            _polynomials.Combine(weights.NextRow(), _sharing.Coefficients + m,
                combined.AsSpan(m * threshold, threshold));
        }

        Dispose();
        return new ShareProof(threshold, combined);
    }

    /// <summary>Erases every polynomial.</summary>
    public void Dispose()
    {
        _erased = true;
        _polynomials.Dispose();
        _words.Dispose();
    }

    /// <summary>Says nothing about the shares.</summary>
    public override string ToString() => "OneTimeKeyShares";
}
