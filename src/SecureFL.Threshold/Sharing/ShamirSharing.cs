using SecureFL.Ring.Randomness;
using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Fields;

namespace SecureFL.Threshold.Sharing;

/// <summary>
/// Shamir's t-of-H secret sharing (Shamir, "How to share a secret", CACM 22, 1979) of vectors over F_p, p = 2^31 - 1:
/// holder j of
/// 1..H gets the values at x = j of random polynomials of degree below t. Any t shares determine the secret; any t - 1
/// are uniform and independent of it. Immutable and thread-safe.
/// </summary>
public sealed class ShamirSharing
{
    /// <summary>Most holders of one sharing.</summary>
    public const int MaxHolders = 64;

    /// <summary>
    /// A sharing among <paramref name="holders"/> holders of which any <paramref name="threshold"/> recover the secret.
    /// </summary>
    /// <exception cref="ArgumentException">Not 2 &lt;= threshold &lt;= holders &lt;=
    /// <see cref="MaxHolders"/>.</exception>
    public ShamirSharing(int threshold, int holders)
        : this(threshold, holders, minThreshold: 2)
    {
    }

    private ShamirSharing(int threshold, int holders, int minThreshold)
    {
        if (threshold < minThreshold || threshold > holders || holders > MaxHolders)
        {
            throw new ArgumentException(
                $"a sharing needs {minThreshold} <= threshold <= holders <= {MaxHolders}, got threshold {threshold} "
                + $"and {holders} holders");
        }

        Threshold = threshold;
        Holders = holders;
    }

    /// <summary>t: how many shares recover the secret.</summary>
    public int Threshold { get; }

    /// <summary>H: how many shares there are; their points are 1..H.</summary>
    public int Holders { get; }

    /// <summary>
    /// A sharing with threshold 1, in which every single share IS the secret: for experiments without privacy.
    /// </summary>
    public static ShamirSharing CreateInsecureSingleOpener(int holders) => new(1, holders, minThreshold: 1);

    /// <summary>
    /// Shares a vector of N signed numbers, each at most <see cref="MersenneField.MaxMagnitude"/> in magnitude.
    /// </summary>
    /// <param name="secrets">N numbers.</param>
    /// <param name="entropy">Seeds the keystream of this sharing alone.</param>
    /// <param name="shares">H rows of N elements; row j - 1 is the share of holder j. Secret: the caller erases
    /// it.</param>
    /// <exception cref="ArgumentException">A number out of range, or a destination that is not H * N long.</exception>
    public void Share(ReadOnlySpan<int> secrets, IEntropySource entropy, Span<uint> shares)
    {
        SpanChecks.SameLength(checked(Holders * secrets.Length), shares.Length);
        using SecretPolynomials<Mersenne31> polynomials = DrawPolynomials(secrets, randomColumns: 0, entropy);
        for (int holder = 1; holder <= Holders; holder++)
        {
            polynomials.Evaluate((uint)holder, shares.Slice((holder - 1) * secrets.Length, secrets.Length));
        }
    }

    /// <summary>
    /// Random polynomials through the secrets at x = 0, followed by polynomials that are random altogether.
    /// </summary>
    internal SecretPolynomials<Mersenne31> DrawPolynomials(ReadOnlySpan<int> secrets, int randomColumns,
        IEntropySource entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        RefuseLargeMagnitudes(secrets);
        SecretPolynomials<Mersenne31> polynomials = new(Threshold, secrets.Length + randomColumns);
        using Keystream stream = Keystream.Create(entropy);
        Span<uint> constants = polynomials.Row(0);
        for (int k = 0; k < secrets.Length; k++)
        {
            constants[k] = MersenneField.FromSigned(secrets[k]);
        }

        UniformWords.Fill(stream, constants[secrets.Length..]);
        for (int degree = 1; degree < Threshold; degree++)
        {
            UniformWords.Fill(stream, polynomials.Row(degree));
        }

        return polynomials;
    }

    /// <summary>Throws unless holder is one of the points 1..H.</summary>
    internal void CheckHolder(int holder)
    {
        if (holder < 1 || holder > Holders)
        {
            throw new ArgumentOutOfRangeException(nameof(holder), $"holder {holder} is not one of 1..{Holders}");
        }
    }

    /// <summary>One branch on the whole vector, none on a single secret.</summary>
    private static void RefuseLargeMagnitudes(ReadOnlySpan<int> secrets)
    {
        long outOfRange = 0;
        foreach (int secret in secrets)
        {
            outOfRange |= (MersenneField.MaxMagnitude - (long)secret) | (MersenneField.MaxMagnitude + (long)secret);
        }

        if (outOfRange < 0)
        {
            throw new ArgumentException($"a secret's magnitude exceeds {MersenneField.MaxMagnitude}", nameof(secrets));
        }
    }
}
