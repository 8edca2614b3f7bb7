namespace SecureFL.Reference;

/// <summary>
/// Section 3: polynomials modulo X^N + 1 and p, in coefficient form and as values at the odd powers of psi.
/// </summary>
internal sealed class ReferenceRing
{
    private static readonly Dictionary<(int, ulong), ReferenceRing> Known = [];
    private readonly ulong[] _powers;

    public ReferenceRing(int degree, ulong prime)
    {
        Degree = degree;
        Prime = prime;
        Root = SmallestRoot();
        _powers = new ulong[2 * degree];
        _powers[0] = 1;
        for (int i = 1; i < _powers.Length; i++)
        {
            _powers[i] = Multiply(_powers[i - 1], Root);
        }
    }

    public int Degree { get; }

    public ulong Prime { get; }

    /// <summary>psi: the smallest x above 1 with x^N = -1 (mod p).</summary>
    public ulong Root { get; }

    /// <summary>The ring; finding the root takes a while, so it is kept.</summary>
    public static ReferenceRing Of(int degree, ulong prime)
    {
        lock (Known)
        {
            return Known.TryGetValue((degree, prime), out ReferenceRing? ring) ? ring
                : Known[(degree, prime)] = new ReferenceRing(degree, prime);
        }
    }

    /// <summary>
    /// The power of psi whose value stands at a position: 2 bitrev(64 g + 8 r + c) + 1 at position 64 g + 8 c + r.
    /// </summary>
    public int ExponentAt(int position)
    {
        int group = position / 64;
        int c = position % 64 / 8;
        int r = position % 8;
        int index = (64 * group) + (8 * r) + c;
        int reversed = 0;
        for (int bit = 1; bit < Degree; bit *= 2)
        {
            reversed = (2 * reversed) + (index % 2);
            index /= 2;
        }

        return (2 * reversed) + 1;
    }

    public ulong[] ToEvaluationForm(ulong[] coefficients)
    {
        ulong[] values = new ulong[Degree];
        for (int position = 0; position < Degree; position++)
        {
            values[position] = Evaluate(coefficients, ExponentAt(position));
        }

        return values;
    }

    /// <summary>a_k = N^-1 times the sum over positions of value * psi^(-exponent * k).</summary>
    public ulong[] ToCoefficients(ulong[] values)
    {
        ulong inverse = (ulong)BigInteger.ModPow(Degree, Prime - 2, Prime);
        ulong[] coefficients = new ulong[Degree];
        int[] exponents = [.. Enumerable.Range(0, Degree).Select(ExponentAt)];
        for (int k = 0; k < Degree; k++)
        {
            UInt128 sum = 0;
            for (int position = 0; position < Degree; position++)
            {
                int power = (int)((long)exponents[position] * k % (2 * Degree));
                sum = Add(sum, position, (UInt128)values[position] * _powers[((2 * Degree) - power) % (2 * Degree)]);
            }

            coefficients[k] = Multiply((ulong)(sum % Prime), inverse);
        }

        return coefficients;
    }

    /// <summary>a * b modulo X^N + 1 and p by the definition, b small and signed.</summary>
    public ulong[] Product(ulong[] a, int[] b)
    {
        Int128[] sums = new Int128[Degree];
        for (int i = 0; i < Degree; i++)
        {
            for (int j = 0; j < Degree; j++)
            {
                // X^N = -1.
                int k = i + j;
                sums[k % Degree] += (k < Degree ? (Int128)1 : -1) * a[i] * b[j];
            }
        }

        return [.. sums.Select(Residue)];
    }

    public ulong Residue(Int128 value)
    {
        Int128 residue = value % Prime;
        return (ulong)(residue < 0 ? residue + Prime : residue);
    }

    private ulong SmallestRoot()
    {
        if (Prime > 1UL << 40)
        {
            return SmallestOddPower();
        }

        for (ulong x = 2; ; x++)
        {
            if (BigInteger.ModPow(x, Degree, Prime) == Prime - 1)
            {
                return x;
            }
        }
    }

    /// <summary>
    /// Of a large prime, by its definition's other side: all x with x^N = -1 are the odd powers of one of them.
    /// </summary>
    private ulong SmallestOddPower()
    {
        BigInteger root = 0;
        for (int x = 2; BigInteger.ModPow(root, Degree, Prime) != Prime - 1; x++)
        {
            root = BigInteger.ModPow(x, (Prime - 1) / (2 * (ulong)Degree), Prime);
        }

        return (ulong)Enumerable.Range(0, Degree).Min(i => BigInteger.ModPow(root, (2 * i) + 1, Prime));
    }

    /// <summary>The sum of a_k x^k at x = psi^exponent.</summary>
    private ulong Evaluate(ulong[] coefficients, int exponent)
    {
        UInt128 sum = 0;
        for (int k = 0; k < Degree; k++)
        {
            sum = Add(sum, k, (UInt128)coefficients[k] * _powers[(int)((long)exponent * k % (2 * Degree))]);
        }

        return (ulong)(sum % Prime);
    }

    /// <summary>64 products of two residues of 60 bits stay below 2^126: every 64th sum is reduced.</summary>
    private UInt128 Add(UInt128 sum, int count, UInt128 product) =>
        count % 64 == 63 ? (sum + product) % Prime : sum + product;

    private ulong Multiply(ulong a, ulong b) => (ulong)((UInt128)a * b % Prime);
}
