using System.Collections.Immutable;
using System.Numerics;

namespace SecureFL.Ring.Arithmetic;

/// <summary>
/// Distinct primes p_0..p_{k-1} and the exact passage between integers modulo their product q and residues. Immutable,
/// thread-safe.
/// </summary>
public sealed class RnsBasis
{
    private readonly ImmutableArray<BigInteger> _unit;

    /// <summary>A basis of at least one prime, all different.</summary>
    /// <exception cref="ArgumentException">None, or one twice.</exception>
    public RnsBasis(ImmutableArray<Modulus> moduli)
    {
        if (moduli.IsDefaultOrEmpty || moduli.Distinct().Count() != moduli.Length)
        {
            throw new ArgumentException("an RNS basis is one or more different primes", nameof(moduli));
        }

        Moduli = moduli;
        Product = moduli.Aggregate(BigInteger.One, (product, p) => product * p.Value);
        // unit_i = (q/p_i) * ((q/p_i)^-1 mod p_i): 1 modulo p_i and 0 modulo every other prime.
        _unit = [.. moduli.Select(p => Cofactor(p) * p.Inverse(p.Reduce(Cofactor(p))))];
    }

    /// <summary>The primes, in order.</summary>
    public ImmutableArray<Modulus> Moduli { get; }

    /// <summary>q.</summary>
    public BigInteger Product { get; }

    /// <summary>q / p.</summary>
    public BigInteger Cofactor(Modulus modulus)
    {
        ArgumentNullException.ThrowIfNull(modulus);
        return Product / modulus.Value;
    }

    /// <summary>Residues of any integer, one a prime.</summary>
    public void Decompose(BigInteger value, Span<ulong> residues)
    {
        Check(residues.Length);
        for (int i = 0; i < residues.Length; i++)
        {
            residues[i] = Moduli[i].Reduce(value);
        }
    }

    /// <summary>The integer in (-q/2, q/2) with these residues, by the Chinese remainder theorem.</summary>
    public BigInteger Recombine(ReadOnlySpan<ulong> residues)
    {
        Check(residues.Length);
        BigInteger sum = BigInteger.Zero;
        for (int i = 0; i < residues.Length; i++)
        {
            sum += _unit[i] * residues[i];
        }

        sum %= Product;
        return sum > Product / 2 ? sum - Product : sum;
    }

    private void Check(int length)
    {
        if (length != Moduli.Length)
        {
            throw new ArgumentException($"{length} residues for a basis of {Moduli.Length} primes");
        }
    }
}
