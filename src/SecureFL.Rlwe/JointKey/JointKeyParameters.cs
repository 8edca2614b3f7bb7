using System.Numerics;
using SecureFL.Ring.Sampling;

namespace SecureFL.Rlwe.JointKey;

/// <summary>
/// What the joint-key suite adds to a parameter set: who decrypts, and how much noise hides what a partial decryption
/// would show. Everything is derived in integers, squared where roots occur. Immutable, thread-safe.
/// <code>
/// sigma_ct^2 = (21/2) (1 + 4 H N / 3) n = 7 (3 + 4 H N) n / 2
///     noise of a sum of n encryptions, ternary s_k and u, centred binomial errors
/// sigma_sm   = 2^lambda sigma_ct sqrt(M) / 2
///     smudging of one partial decryption, M the coefficients decrypted over the key's life
/// Delta      >= 2 (16 sigma_ct + 16 sigma_sm sqrt(t))                  a power of two
/// </code>
/// The statistical distance between all partial decryptions of one key and simulated ones is at most sqrt(M) sigma_ct
/// sqrt(I) / 2 &lt;= 2^-lambda, I the Fisher information of the smudging noise (see <see cref="SmudgingShape"/>).
/// </summary>
/// <remarks>
/// With a special prime P (<see cref="WireMode.Seal"/>) a SEAL client encrypts modulo q P, divides by P and rounds: its
/// noise is (e u + e0 + e1 s)/P + r0 + r1 s, the r uniform of width 1. Per coefficient its variance is (21/2) (1 + 4 H
/// N / 3) / P^2 + (1 + 2 H N / 3) / 12, for P &gt;= 2^19 less than a two hundredth of the (21/2) (1 + 4 H N / 3) of an
/// encryption modulo q: sigma_ct stays an upper bound whatever mixture of clients takes part.
/// </remarks>
public sealed class JointKeyParameters : IEquatable<JointKeyParameters>
{
    /// <summary>Most key holders.</summary>
    public const int MaxKeyHolders = 64;

    /// <summary>The least lambda.</summary>
    public const int MinSmudging = 40;

    /// <summary>The lambda that is used unless another is asked for.</summary>
    public const int DefaultSmudging = 43;

    /// <summary>The largest lambda.</summary>
    public const int MaxSmudging = 64;

    /// <summary>Most coefficients one key may decrypt.</summary>
    public const long MaxCoefficientsLimit = 1L << 50;

    /// <summary>Tail of every noise bound, in deviations.</summary>
    private const int TailDeviations = 16;

    /// <summary>Checks and freezes the fields.</summary>
    /// <param name="ringDegree">N.</param>
    /// <param name="maxClients">n, the most ciphertexts in one sum.</param>
    /// <param name="keyHolders">H, 2 to 64.</param>
    /// <param name="threshold">t, 2 to H: exactly so many active holders decrypt a sum.</param>
    /// <param name="smudging">lambda, 40 to 64: the statistical distance over the key's life is 2^-lambda.</param>
    /// <param name="maxCoefficientsPerKey">M, the most coefficients that one joint key may decrypt; it survives
    /// resharing and refresh.</param>
    /// <param name="specialPrime">P, of 20 to 60 bits, 1 mod 2N, where ciphertexts travel as SEAL objects; 0 where they
    /// are bit-packed.</param>
    /// <exception cref="ArgumentException">A rule is broken; the message names it.</exception>
    public JointKeyParameters(int ringDegree, int maxClients, int keyHolders, int threshold, int smudging,
        long maxCoefficientsPerKey, ulong specialPrime = 0)
    {
        string? broken =
            ringDegree is < 1024 or > 32768 || !BitOperations.IsPow2(ringDegree)
            ? $"ring rule: a power of two from 1024 to 32768, not {ringDegree}"
            : maxClients is < 1 or > 65536 ? $"clients rule: 1 to 65536 clients, not {maxClients}"
            : keyHolders is < 2 or > MaxKeyHolders
            ? $"key holder rule: 2 to {MaxKeyHolders} key holders, not {keyHolders}"
            : threshold < 2 || threshold > keyHolders ? $"threshold rule: 2 to {keyHolders}, not {threshold}"
            : smudging is < MinSmudging or > MaxSmudging
            ? $"smudging rule: lambda is {MinSmudging} to {MaxSmudging}, not {smudging}"
            : maxCoefficientsPerKey < ringDegree || maxCoefficientsPerKey > MaxCoefficientsLimit
                ? $"key life rule: a key decrypts {ringDegree} to 2^50 coefficients, not {maxCoefficientsPerKey}"
            : specialPrime != 0 && (specialPrime >> 60 != 0 || specialPrime >> 19 == 0
                || specialPrime % (2 * (ulong)ringDegree) != 1)
                ? $"special prime rule: 20 to 60 bits and 1 modulo {2 * ringDegree}, or 0 for packed ciphertexts, "
                + $"not {specialPrime}"
            : null;
        if (broken is not null)
        {
            throw new ArgumentException(broken);
        }

        RingDegree = ringDegree;
        MaxClients = maxClients;
        KeyHolders = keyHolders;
        Threshold = threshold;
        Smudging = smudging;
        MaxCoefficientsPerKey = maxCoefficientsPerKey;
        SpecialPrime = specialPrime;
        Shape = SmudgingShape.ForVariance(SmudgingVarianceTimesEight);
        MinLogScale = ComputeMinLogScale();
    }

    /// <summary>N.</summary>
    public int RingDegree { get; }

    /// <summary>n.</summary>
    public int MaxClients { get; }

    /// <summary>H.</summary>
    public int KeyHolders { get; }

    /// <summary>t.</summary>
    public int Threshold { get; }

    /// <summary>lambda.</summary>
    public int Smudging { get; }

    /// <summary>M.</summary>
    public long MaxCoefficientsPerKey { get; }

    /// <summary>P, which only the public key has; 0 in packed mode.</summary>
    public ulong SpecialPrime { get; }

    /// <summary>How ciphertexts travel.</summary>
    public WireMode Wire => SpecialPrime == 0 ? WireMode.Packed : WireMode.Seal;

    /// <summary>The smallest log2 Delta whose rounding is right: Pr[any wrong rounding] &lt; 2^-128.</summary>
    public int MinLogScale { get; }

    /// <summary>sigma_ct, the deviation of the noise in a sum of n honest ciphertexts.</summary>
    public double CiphertextDeviation => Math.Sqrt((double)CiphertextVarianceTimesTwo / 2);

    /// <summary>sigma_sm, the least deviation of the smudging noise of one partial decryption.</summary>
    public double SmudgingDeviation => Math.Sqrt((double)SmudgingVarianceTimesEight / 8);

    /// <summary>
    /// The deviation of the noise in an opened sum: that of n ciphertexts and of t smudging noises as they are drawn.
    /// </summary>
    public double OpeningDeviation =>
        Math.Sqrt(((double)CiphertextVarianceTimesTwo / 2) + (Threshold * Shape.Variance));

    /// <summary>
    /// 16 sigma_ct + 16 sigma_sm sqrt(t): what an honest opening's noise stays below, in every coefficient; at most
    /// Delta / 2.
    /// </summary>
    public double NoiseBound => TailDeviations * (CiphertextDeviation + (SmudgingDeviation * Math.Sqrt(Threshold)));

    /// <summary>The distribution the smudging noise is drawn from.</summary>
    public SmudgingShape Shape { get; }

    private BigInteger CiphertextVarianceTimesTwo => 7 * (3 + (4 * (BigInteger)KeyHolders * RingDegree)) * MaxClients;

    /// <summary>8 sigma_sm^2 = 4^lambda M (2 sigma_ct^2).</summary>
    private BigInteger SmudgingVarianceTimesEight =>
        (CiphertextVarianceTimesTwo * MaxCoefficientsPerKey) << (2 * Smudging);

    /// <inheritdoc/>
    public bool Equals(JointKeyParameters? other) =>
        other is not null && (RingDegree, MaxClients, KeyHolders, Threshold, Smudging, MaxCoefficientsPerKey,
            SpecialPrime)
        == (other.RingDegree, other.MaxClients, other.KeyHolders, other.Threshold, other.Smudging,
            other.MaxCoefficientsPerKey, other.SpecialPrime);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as JointKeyParameters);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(RingDegree, MaxClients, KeyHolders, Threshold, Smudging, MaxCoefficientsPerKey, SpecialPrime);

    /// <summary>For example "3 of 5, smudging 2^-43 over 704643072 coefficients".</summary>
    public override string ToString() =>
        $"{Threshold} of {KeyHolders}, smudging 2^-{Smudging} over {MaxCoefficientsPerKey} "
        + $"coefficients{(Wire == WireMode.Seal ? ", SEAL objects" : string.Empty)}";

    /// <summary>
    /// The smallest k with 2^(k-1) &gt;= A + B, A = 16 sigma_ct, B = 16 sigma_sm sqrt(t). For x &gt;= A: x &gt;= A + B
    /// iff (x - A)^2 &gt;= B^2 iff x^2 + A^2 - B^2 &gt;= 2 x A, which holds iff the left side is not negative and its
    /// square is at least 4 x^2 A^2.
    /// </summary>
    private int ComputeMinLogScale()
    {
        BigInteger a = TailDeviations * TailDeviations * CiphertextVarianceTimesTwo / 2;
        BigInteger b = TailDeviations * TailDeviations * SmudgingVarianceTimesEight / 8 * Threshold;
        for (int k = 1; ; k++)
        {
            BigInteger square = BigInteger.One << (2 * (k - 1));
            BigInteger left = square + a - b;
            if (square >= a && left.Sign >= 0 && left * left >= 4 * square * a)
            {
                return k;
            }
        }
    }
}
