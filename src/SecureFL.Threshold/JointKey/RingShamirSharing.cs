using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Threshold.JointKey;

/// <summary>
/// Shamir's t-of-H sharing of ring elements over R_q (Mouchet, Bertrand, Hubaux, "An efficient threshold
/// access-structure for RLWE-based multiparty homomorphic encryption", Journal of Cryptology 2023): holder j gets f(j)
/// of a random f of degree below t with f(0) = s_k. The points 1..H are non-zero and distinct modulo every prime, so
/// that all differences are units of R_q. Immutable, thread-safe: the sizes of one plan.
/// </summary>
/// <remarks>
/// Check of shares, non-interactive, as for one-time keys: with each share go <see cref="MaskCount"/> mask values a
/// prime; the dealer publishes, for each prime and mask, the polynomial h = g + sum_k r_k f_k of degree below t over
/// the ring's coefficients k, its weights r from a challenge that hashes all encrypted shares. A holder checks its own
/// point. Guarantee: if all honest holders accept, their shares lie on one polynomial of degree below t modulo every
/// prime, except with probability p^-4 a prime and challenge tried (2^-144 for primes of 36 bits); the masks hide the
/// secret perfectly. Not guaranteed: that f(0) is the s_k of b_k, or small; a wrong one makes every opening under the
/// key fail, whatever the active set, which an encryption of zero under the new key shows before any client uses it.
/// </remarks>
public sealed class RingShamirSharing
{
    /// <summary>Combined polynomials of a proof modulo each prime.</summary>
    public const int MaskCount = 4;

    /// <summary>
    /// The sharing among <paramref name="holders"/> holders of which any <paramref name="threshold"/> decrypt.
    /// </summary>
    /// <exception cref="ArgumentException">Not 2 &lt;= t &lt;= H &lt;= 64, a set without ternary secrets, or points
    /// that coincide modulo a prime.</exception>
    public RingShamirSharing(CkksParameters parameters, int threshold, int holders)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        JointPublicKey.RequireTernary(parameters);
        if (threshold < 2 || threshold > holders || holders > JointKeyParameters.MaxKeyHolders)
        {
            throw new ArgumentException(
                $"a sharing needs 2 <= threshold <= holders <= {JointKeyParameters.MaxKeyHolders}, got threshold "
                + $"{threshold} and {holders} holders", nameof(threshold));
        }

        foreach (Modulus modulus in parameters.Moduli)
        {
            ulong[] points = [.. Enumerable.Range(1, holders).Select(point => (ulong)point % modulus.Value)];
            if (points.Contains(0UL) || points.Distinct().Count() != holders)
            {
                throw new ArgumentException($"the points 1 to {holders} are not distinct and non-zero modulo {modulus}",
                    nameof(holders));
            }
        }

        Parameters = parameters;
        Threshold = threshold;
        Holders = holders;
        MaskBytes = parameters.Moduli.Length * MaskCount * sizeof(ulong);
        PayloadBytes = ResiduePacking.Bytes(parameters) + MaskBytes;
        ProofBytes = MaskBytes * threshold;
    }

    /// <summary>The set.</summary>
    public CkksParameters Parameters { get; }

    /// <summary>t.</summary>
    public int Threshold { get; }

    /// <summary>H.</summary>
    public int Holders { get; }

    /// <summary>
    /// Bytes of one holder's share of one secret: packed residues, then the masks (8 bytes each, prime-major).
    /// </summary>
    public int PayloadBytes { get; }

    /// <summary>Bytes of a proof: for each prime and mask t coefficients of 8 bytes, lowest degree first.</summary>
    public int ProofBytes { get; }

    internal int MaskBytes { get; }

    /// <summary>Draws the polynomials of one secret and thereby fixes every share.</summary>
    /// <param name="secret">The dealer's part; stays the caller's to erase.</param>
    /// <param name="entropy">Seeds the keystream of this sharing alone.</param>
    public RingShares Deal(JointSecretShare secret, IEntropySource entropy)
    {
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentNullException.ThrowIfNull(entropy);
        SpanChecks.SameLength(Parameters.RingDegree, secret.Coefficients.Length);
        return new RingShares(this, secret.Coefficients, entropy);
    }

    /// <summary>Throws unless holder is one of the points 1..H.</summary>
    internal void CheckHolder(int holder)
    {
        if (holder < 1 || holder > Holders)
        {
            throw new ArgumentOutOfRangeException(nameof(holder), $"holder {holder} is not one of 1..{Holders}");
        }
    }
}
