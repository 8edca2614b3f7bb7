using System.Collections.Immutable;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Threshold.JointKey;

/// <summary>
/// The t key holders that decrypt a sum, fixed before the first of them answers. Immutable, thread-safe.
/// </summary>
public sealed class ActiveSet
{
    /// <summary>A set of exactly t holders.</summary>
    /// <param name="sharing">H, t and the primes.</param>
    /// <param name="holders">Indices 1..H, ascending, each once.</param>
    /// <exception cref="ArgumentException">Not t of them, not ascending, or no such holder.</exception>
    public ActiveSet(RingShamirSharing sharing, IEnumerable<int> holders)
    {
        ArgumentNullException.ThrowIfNull(sharing);
        Sharing = sharing;
        Holders = [.. holders];
        bool ascending = Holders.Zip(Holders.Skip(1)).All(pair => pair.First < pair.Second);
        if (Holders.Length != sharing.Threshold || !ascending
            || Holders.Any(holder => holder < 1 || holder > sharing.Holders))
        {
            throw new ArgumentException(
                $"an active set is {sharing.Threshold} different holders of 1..{sharing.Holders} in ascending "
                + $"order, not {string.Join(", ", Holders)}", nameof(holders));
        }
    }

    /// <summary>The sizes.</summary>
    public RingShamirSharing Sharing { get; }

    /// <summary>The indices, ascending.</summary>
    public ImmutableArray<int> Holders { get; }

    /// <summary>
    /// Lagrange's coefficient of a holder at 0 modulo a prime: product over the others i of i / (i - j); f(0) = sum_j
    /// coefficient_j f(j) for every f of degree below t.
    /// </summary>
    /// <exception cref="ArgumentException">The holder is not active.</exception>
    internal ulong Coefficient(int holder, Modulus modulus)
    {
        if (!Holders.Contains(holder))
        {
            throw new ArgumentException($"holder {holder} is not in the active set {string.Join(", ", Holders)}",
                nameof(holder));
        }

        ulong numerator = 1;
        ulong denominator = 1;
        foreach (int other in Holders)
        {
            if (other != holder)
            {
                numerator = modulus.Multiply(numerator, (ulong)other);
                denominator = modulus.Multiply(denominator, modulus.Reduce((long)(other - holder)));
            }
        }

        return modulus.Multiply(numerator, modulus.Inverse(denominator));
    }
}
