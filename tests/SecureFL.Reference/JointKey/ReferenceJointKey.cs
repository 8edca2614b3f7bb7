namespace SecureFL.Reference;

/// <summary>Section 11.2: the noise of the joint-key suite, in integers.</summary>
internal sealed record ReferenceJointKey(int Degree, int MaxClients, int Holders, int Threshold, int Smudging,
    long Life, ulong SpecialPrime = 0)
{
    /// <summary>2 sigma_ct^2.</summary>
    public BigInteger CiphertextTwice => 7 * (3 + (4 * (BigInteger)Holders * Degree)) * MaxClients;

    /// <summary>8 sigma_sm^2.</summary>
    public BigInteger SmudgingEight => BigInteger.Pow(4, Smudging) * Life * CiphertextTwice;

    public void Write(Canonical to) => to.U32(Holders).U32(Threshold).U32(Smudging).I64(Life).U64(SpecialPrime);

    /// <summary>The smallest k with 2^(k-1) >= sqrt(x) + sqrt(y), x = (16 sigma_ct)^2, y = t (16 sigma_sm)^2.</summary>
    public int LogDelta()
    {
        BigInteger x = 128 * CiphertextTwice;
        BigInteger y = 32 * Threshold * SmudgingEight;
        int k = 1;
        while (!Holds(BigInteger.Pow(4, k - 1) - x - y, x * y))
        {
            k++;
        }

        return k;

        static bool Holds(BigInteger rest, BigInteger product) => rest.Sign >= 0 && rest * rest >= 4 * product;
    }

    /// <summary>
    /// w, and how many summands of w and of w - 1 bits: the first whose variance is 1.05 sigma_sm^2 or more.
    /// </summary>
    public (int Width, int Wide, int Narrow) Shape()
    {
        for (int w = 8; ; w++)
        {
            for (int quarter = 16; quarter < 64; quarter++)
            {
                BigInteger twelve = (quarter / 4 * (BigInteger.Pow(4, w) - 1))
                    + (quarter % 4 * (BigInteger.Pow(4, w - 1) - 1));
                if (40 * twelve >= 63 * SmudgingEight)
                {
                    return (w, quarter / 4, quarter % 4);
                }
            }
        }
    }

    /// <summary>Noise of the N coefficients of one chunk from the stream of a key.</summary>
    public BigInteger[] Noise(byte[] key)
    {
        CounterStream stream = new(key);
        (int width, int wide, int narrow) = Shape();
        BigInteger largest = (wide * ((BigInteger.One << width) - 1))
            + (narrow * ((BigInteger.One << (width - 1)) - 1));
        BigInteger[] noise = new BigInteger[Degree];
        for (int summand = 0; summand < wide + narrow; summand++)
        {
            int bits = summand < wide ? width : width - 1;
            for (int low = 0; low < bits; low += 48)
            {
                for (int k = 0; k < Degree; k++)
                {
                    ulong word = BitConverter.ToUInt64(stream.Next(8)) & ((1UL << Math.Min(48, bits - low)) - 1);
                    noise[k] += (BigInteger)word << low;
                }
            }
        }

        return [.. noise.Select(x => x - (largest / 2))];
    }
}
