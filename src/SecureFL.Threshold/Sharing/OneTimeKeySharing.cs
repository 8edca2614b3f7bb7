using SecureFL.Ring.Randomness;
using SecureFL.Threshold.Elements;

namespace SecureFL.Threshold.Sharing;

/// <summary>
/// How a client's one-time key reaches the key holders: the N coefficients of the secret, and <see cref="MaskCount"/>
/// random mask values, are shared t of H over F_p, p = 2^31 - 1; holder j receives the payload of N + 4 packed words at
/// x = j. Then four combined masked polynomials of degree below t (<see cref="ShareProof"/>) let each holder check its
/// own point without seeing another. Immutable and thread-safe: the sizes of one plan.
/// </summary>
public sealed class OneTimeKeySharing
{
    /// <summary>
    /// Combined polynomials of a proof; each is passed by inconsistent shares with probability 1/p, all four with
    /// 2^-124.
    /// </summary>
    public const int MaskCount = 4;

    /// <summary>Most coefficients of a secret.</summary>
    public const int MaxCoefficients = 32768;

    /// <summary>
    /// The sharing of secrets of <paramref name="coefficients"/> coefficients under <paramref name="scheme"/>.
    /// </summary>
    /// <exception cref="ArgumentException">Not 1 &lt;= coefficients &lt;= <see cref="MaxCoefficients"/>.</exception>
    public OneTimeKeySharing(ShamirSharing scheme, int coefficients)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        if (coefficients is < 1 or > MaxCoefficients)
        {
            throw new ArgumentOutOfRangeException(nameof(coefficients),
                $"{coefficients} coefficients is not within 1..{MaxCoefficients}");
        }

        Scheme = scheme;
        Coefficients = coefficients;
        PayloadBytes = WordPacking.PackedBytes(coefficients + MaskCount);
        ProofBytes = WordPacking.PackedBytes(MaskCount * scheme.Threshold);
        AnswerBytes = WordPacking.PackedBytes(coefficients);
    }

    /// <summary>Threshold and number of holders.</summary>
    public ShamirSharing Scheme { get; }

    /// <summary>N: coefficients of a secret.</summary>
    public int Coefficients { get; }

    /// <summary>Bytes of one holder's payload: N + 4 words of 31 bits.</summary>
    public int PayloadBytes { get; }

    /// <summary>Bytes of an encoded <see cref="ShareProof"/>: 4 t words of 31 bits.</summary>
    public int ProofBytes { get; }

    /// <summary>Bytes of a holder's answer (<see cref="ShareSum"/>): N words of 31 bits.</summary>
    public int AnswerBytes { get; }

    /// <summary>Refuses an answer that no <see cref="ShareSum"/> has written: it could not be interpolated.</summary>
    /// <param name="answer"><see cref="AnswerBytes"/> bytes of a holder.</param>
    /// <exception cref="ThresholdViolationException">Wrong length, a word that is not below p, or a padding bit that is
    /// not 0.</exception>
    public void RequireAnswer(ReadOnlySpan<byte> answer) =>
        WordPacking.Unpack(answer, new uint[Coefficients], "answer");

    /// <summary>
    /// Draws the polynomials of one contribution and thereby fixes every payload. The caller encrypts the payloads,
    /// hashes the ciphertexts into the challenge, asks for the proof, and disposes; <paramref name="secret"/> stays the
    /// caller's to erase.
    /// </summary>
    /// <param name="secret">N coefficients.</param>
    /// <param name="entropy">Seeds the keystream of this sharing alone.</param>
    /// <exception cref="ArgumentException">Not N coefficients, or one beyond
    /// <see cref="MersenneField.MaxMagnitude"/>.</exception>
    public OneTimeKeyShares DealShares(ReadOnlySpan<int> secret, IEntropySource entropy)
    {
        SpanChecks.SameLength(Coefficients, secret.Length);
        return new OneTimeKeyShares(this, Scheme.DrawPolynomials(secret, MaskCount, entropy));
    }
}
