using System.Numerics;

namespace SecureFL.Ring.Arithmetic;

/// <summary>
/// An odd prime p of at most 61 bits and exact arithmetic on its residues 0..p-1. Immutable, thread-safe, not
/// constant-time.
/// </summary>
public sealed class Modulus : IEquatable<Modulus>
{
    /// <summary>Largest size of a modulus in bits: the lazy 64-bit kernels need values up to 4p.</summary>
    public const int MaxBits = 61;

    /// <summary>Checks that <paramref name="value"/> is an odd prime below 2^61.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public Modulus(ulong value)
    {
        if (value < 3 || value >> MaxBits != 0 || !Primality.IsPrime(value))
        {
            throw new ArgumentException($"a modulus is an odd prime below 2^{MaxBits}; {value} is not", nameof(value));
        }

        Value = value;
        Bits = 64 - BitOperations.LeadingZeroCount(value);
    }

    /// <summary>p.</summary>
    public ulong Value { get; }

    /// <summary>ceil(log2 p).</summary>
    public int Bits { get; }

    /// <summary>(a + b) mod p for residues a and b.</summary>
    public ulong Add(ulong a, ulong b)
    {
        ulong sum = a + b;
        return sum >= Value ? sum - Value : sum;
    }

    /// <summary>(a - b) mod p for residues a and b.</summary>
    public ulong Subtract(ulong a, ulong b) => a >= b ? a - b : a + Value - b;

    /// <summary>a * b mod p for any 64-bit a and b.</summary>
    public ulong Multiply(ulong a, ulong b) => (ulong)((UInt128)a * b % Value);

    /// <summary>a^e mod p.</summary>
    public ulong Power(ulong a, ulong e)
    {
        ulong result = 1;
        for (ulong square = a % Value; e != 0; e >>= 1)
        {
            if ((e & 1) != 0)
            {
                result = Multiply(result, square);
            }

            square = Multiply(square, square);
        }

        return result;
    }

    /// <summary>The inverse of a non-zero residue, by Fermat's little theorem.</summary>
    /// <exception cref="ArgumentException">a is 0 mod p.</exception>
    public ulong Inverse(ulong a) =>
        a % Value == 0 ? throw new ArgumentException($"0 has no inverse modulo {Value}", nameof(a))
        : Power(a, Value - 2);

    /// <summary>The residue of any integer.</summary>
    public ulong Reduce(BigInteger a)
    {
        BigInteger r = a % Value;
        return (ulong)(r.Sign < 0 ? r + Value : r);
    }

    /// <summary>The residue of a signed 64-bit integer.</summary>
    public ulong Reduce(long a)
    {
        long r = a % (long)Value;
        return (ulong)(r + (long)((ulong)(r >> 63) & Value));
    }

    /// <summary>The representative of a residue in (-p/2, p/2).</summary>
    public long Centre(ulong residue) => residue > Value >> 1 ? (long)residue - (long)Value : (long)residue;

    /// <summary>The numerically smallest primitive 2N-th root of unity, for N a power of two.</summary>
    /// <exception cref="ArgumentException">2N does not divide p - 1.</exception>
    public ulong MinimalPrimitiveRoot(int ringDegree)
    {
        ulong order = 2 * (ulong)ringDegree;
        if (!BitOperations.IsPow2(ringDegree) || (Value - 1) % order != 0)
        {
            throw new ArgumentException($"{Value} has no primitive root of unity of order {order}", nameof(ringDegree));
        }

        ulong root = 0;
        for (ulong candidate = 2; root == 0; candidate++)
        {
            ulong power = Power(candidate, (Value - 1) / order);
            root = Power(power, (ulong)ringDegree) == Value - 1 ? power : 0;
        }

        // The other primitive roots are the odd powers of this one.
        ulong square = Multiply(root, root);
        ulong smallest = root;
        for (int i = 1; i < ringDegree; i++)
        {
            root = Multiply(root, square);
            smallest = Math.Min(smallest, root);
        }

        return smallest;
    }

    /// <inheritdoc/>
    public bool Equals(Modulus? other) => other is not null && other.Value == Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Modulus);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>The prime in decimal.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
