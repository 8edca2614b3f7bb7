namespace SecureFL.Reference;

/// <summary>Section 2.4: the search for the parameters of the one-time-key suite.</summary>
internal static class ReferencePlanner
{
    private static readonly (int Degree, int Errors, int Limit)[] Preferred =
        [(1024, 2, 28), (2048, 2, 55), (4096, 1, 100), (8192, 1, 200)];
    private static readonly (int Degree, int Errors, int Limit)[] Reserve = [(4096, 2, 108), (8192, 2, 200)];

    public static ReferenceParameters? Plan(long floats, int integers, int bits, float clip, int clients,
        int holders) =>
        Best(Preferred, floats, integers, bits, clip, clients, holders)
        ?? Best(Reserve, floats, integers, bits, clip, clients, holders);

    public static long LaneRadix(int clients, int bits) => (2L * clients * ((1L << (bits - 1)) - 1)) + 1;

    /// <summary>The smallest k with 4^(k-1) >= 256 sigma^2 n.</summary>
    public static int LogDelta(int clients, int errors)
    {
        // sigma^2 = 42/4 or 4096/100.
        BigInteger hundredfold = 256 * (errors == 1 ? 1050 : 4096) * (BigInteger)clients;
        int k = 1;
        while (100 * BigInteger.Pow(4, k - 1) < hundredfold)
        {
            k++;
        }

        return k;
    }

    /// <summary>q 2^20 > Delta (R + 1) (2^20 + 1).</summary>
    public static bool Fits(BigInteger q, int logDelta, BigInteger range) =>
        q * (1 << 20) > ((range + 1) << logDelta) * ((1 << 20) + 1);

    public static int ShareBytes(int degree) => ((((degree + 4) * 31) + 7) / 8) + 81;

    private static ReferenceParameters? Best(
        (int Degree, int Errors, int Limit)[] rings, long floats, int integers, int bits, float clip, int clients,
        int holders)
    {
        List<(long Bytes, int Primes, int Order, ReferenceParameters Set)> found = [];
        foreach ((int degree, int errors, int limit) in rings)
        {
            int logDelta = LogDelta(clients, errors);
            long radix = LaneRadix(clients, bits);
            for (int lanes = 1; ((BigInteger.Pow(radix, lanes) + 1) << logDelta).GetBitLength() <= limit; lanes++)
            {
                if (Primes(degree, logDelta, BigInteger.Pow(radix, lanes), limit, clients) is { } primes)
                {
                    ReferenceParameters set = new()
                    {
                        Degree = degree,
                        Primes = primes,
                        LogDelta = logDelta,
                        Errors = errors,
                        Radices = [.. Enumerable.Repeat(radix, lanes)],
                        FloatLength = floats,
                        IntegerLength = integers,
                        Bits = bits,
                        Clip = clip,
                        MaxClients = clients,
                    };
                    found.Add((((long)set.ChunkCount * set.ChunkBytes) + ((long)holders * ShareBytes(degree)),
                        primes.Length, found.Count, set));
                }
            }
        }

        return found.Count == 0 ? null
            : found.OrderBy(f => f.Bytes).ThenBy(f => f.Primes).ThenBy(f => f.Order).First().Set;
    }

    // n (p - 1) < 2^63 for every prime: sums that nothing reduces fit their words (13.4).
    private static ulong[]? Primes(int degree, int logDelta, BigInteger range, int limit, int clients)
    {
        int most = 50;
        while (clients * (BigInteger.One << most) >= BigInteger.One << 63)
        {
            most--;
        }

        int smallest = Math.Max(20, (int)((range + 1) << logDelta).GetBitLength() - 1);
        for (int bits = smallest; bits <= limit; bits++)
        {
            int count = (bits + most - 1) / most;
            int larger = bits % count;
            ulong[] primes = [.. Largest(bits / count, degree, count - larger),
                .. Largest((bits / count) + 1, degree, larger)];
            if (Fits(primes.Aggregate(BigInteger.One, (q, p) => q * p), logDelta, range))
            {
                return primes;
            }
        }

        return null;
    }

    /// <summary>The largest primes of exactly so many bits that are 1 modulo 2N, largest first.</summary>
    public static IEnumerable<ulong> Largest(int bits, int degree, int count)
    {
        BigInteger step = 2 * degree;
        for (BigInteger p = ((BigInteger.One << bits) / step * step) + 1 - step; count > 0; p -= step)
        {
            if (IsPrime(p))
            {
                yield return (ulong)p;
                count--;
            }
        }
    }

    // Miller and Rabin's test to the first twelve prime bases decides every 64-bit number (Sorenson and Webster, 2015).
    private static bool IsPrime(BigInteger n)
    {
        BigInteger odd = n - 1;
        int twos = 0;
        for (; odd.IsEven; odd /= 2)
        {
            twos++;
        }

        foreach (int b in new[] { 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37 })
        {
            BigInteger x = BigInteger.ModPow(b, odd, n);
            bool witness = x != 1;
            for (int i = 0; i < twos && witness; i++)
            {
                witness = x != n - 1;
                x = x * x % n;
            }

            if (witness)
            {
                return false;
            }
        }

        return true;
    }
}
