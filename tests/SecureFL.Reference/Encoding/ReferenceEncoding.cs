namespace SecureFL.Reference;

/// <summary>Section 3: quantising, counters, lanes, encryption with given secret and errors, and opening.</summary>
internal static class ReferenceEncoding
{
    /// <summary>To nearest, ties to even, in single precision.</summary>
    public static int QuantiseNearest(float x, int bits, float clip)
    {
        float limit = (1 << (bits - 1)) - 1;
        float scale = (float)(limit / (double)clip);
        float t = Math.Clamp(x * scale, -limit, limit);
        return (int)MathF.Round(t, MidpointRounding.ToEven);
    }

    /// <summary>Digits of a counter to the radix 2^(b-1), lowest first, each with the counter's sign.</summary>
    public static int[] CounterDigits(long value, long maxMagnitude, int bits)
    {
        int magnitudeBits = (int)new BigInteger(maxMagnitude).GetBitLength();
        int count = (magnitudeBits + bits - 2) / (bits - 1);
        int[] digits = new int[count];
        long rest = Math.Abs(value);
        for (int j = 0; j < count; j++)
        {
            digits[j] = Math.Sign(value) * (int)(rest % (1L << (bits - 1)));
            rest /= 1L << (bits - 1);
        }

        return digits;
    }

    /// <summary>
    /// The message integers of a chunk: element e stands in lane floor(e/512) mod L of coefficient 512 floor(e/(512 L))
    /// + e mod 512.
    /// </summary>
    public static BigInteger[] PackLanes(int[] elements, ReferenceParameters p)
    {
        int lanes = p.Radices.Length;
        BigInteger[] messages = new BigInteger[p.Degree];
        for (int e = 0; e < elements.Length; e++)
        {
            int coefficient = (512 * (e / (512 * lanes))) + (e % 512);
            int lane = e / 512 % lanes;
            messages[coefficient] += elements[e] * Weight(p.Radices, lane);
        }

        return messages;
    }

    /// <summary>c = a s + Delta m + e: the packed residues of a chunk, prime after prime.</summary>
    public static byte[] EncryptChunk(ReferenceParameters p, PublicChunk a, int[] secret, int[] errors, int[] elements)
    {
        BigInteger[] messages = PackLanes(elements, p);
        List<byte> packed = [];
        for (int i = 0; i < p.Primes.Length; i++)
        {
            ulong prime = p.Primes[i];
            ulong[] mask = a.Rings[i].Product(a.Coefficients[i], secret);
            ulong[] residues = new ulong[p.Degree];
            for (int k = 0; k < p.Degree; k++)
            {
                BigInteger c = mask[k] + (messages[k] << p.LogDelta) + errors[k];
                residues[k] = (ulong)Curve.Mod(c, prime);
            }

            packed.AddRange(PackedWords.Pack(residues, PublicPolynomial.BitLength(prime)));
        }

        return [.. packed];
    }

    /// <summary>A packed chunk's residues modulo each prime.</summary>
    public static ulong[][] Residues(ReferenceParameters p, byte[] packed) =>
        Unpack(p, packed, prime => PublicPolynomial.BitLength(prime));

    /// <summary>Sections 3.5 and 14.2: N words for each prime, of a width that depends on it.</summary>
    public static ulong[][] Unpack(ReferenceParameters p, byte[] packed, Func<ulong, int> width)
    {
        int offset = 0;
        return [.. p.Primes.Select(prime =>
        {
            int start = offset;
            offset += p.Degree * width(prime) / 8;
            return PackedWords.Unpack(packed[start..offset], width(prime));
        })];
    }

    /// <summary>
    /// Opens the sum of packed chunks with the sum of the secrets: element sums, noises, and whether all messages lie
    /// within the lanes.
    /// </summary>
    public static (long[] Sums, long[] Noise, bool Inside) OpenChunk(ReferenceParameters p, PublicChunk a,
        byte[][] uploads, int[] keySum, int count) => OpenSum(p, a, SumOf(p, uploads), keySum, count);

    /// <summary>Section 13.4: words of 64 bits, modulo each prime, that nothing has reduced.</summary>
    public static ulong[][] SumOf(ReferenceParameters p, byte[][] uploads)
    {
        ulong[][][] residues = [.. uploads.Select(upload => Residues(p, upload))];
        return [.. p.Primes.Select((_, i) => Enumerable.Range(0, p.Degree)
            .Select(k => residues.Aggregate(0UL, (sum, r) => checked(sum + r[i][k]))).ToArray())];
    }

    /// <summary>The same of an unreduced sum.</summary>
    public static (long[] Sums, long[] Noise, bool Inside) OpenSum(ReferenceParameters p, PublicChunk a,
        ulong[][] words, int[] keySum, int count)
    {
        BigInteger q = p.Modulus;
        BigInteger[] values = new BigInteger[p.Degree];
        for (int i = 0; i < p.Primes.Length; i++)
        {
            ulong prime = p.Primes[i];
            ulong[] mask = a.Rings[i].Product(a.Coefficients[i], keySum);
            BigInteger unit = q / prime * Curve.Inverse(q / prime, prime);
            for (int k = 0; k < p.Degree; k++)
            {
                values[k] += Curve.Mod((BigInteger)words[i][k] - mask[k], prime) * unit;
            }
        }

        long[] sums = new long[p.ElementsPerChunk];
        long[] noise = new long[p.Degree];
        bool inside = true;
        for (int k = 0; k < p.Degree; k++)
        {
            BigInteger value = Curve.Mod(values[k], q);
            value = 2 * value > q ? value - q : value;
            BigInteger message = (value + (BigInteger.One << (p.LogDelta - 1))) >> p.LogDelta;
            noise[k] = (long)(value - (message << p.LogDelta));
            inside &= BigInteger.Abs(message) <= (Weight(p.Radices, p.Radices.Length) - 1) / 2;
            for (int lane = 0; lane < p.Radices.Length; lane++)
            {
                BigInteger radix = p.Radices[lane];
                BigInteger digit = Curve.Mod(message + (radix / 2), radix) - (radix / 2);
                sums[(512 * p.Radices.Length * (k / 512)) + (512 * lane) + (k % 512)] = (long)digit;
                message = (message - digit) / radix;
            }
        }

        return (sums[..count], noise, inside);
    }

    private static BigInteger Weight(long[] radices, int lane) =>
        radices.Take(lane).Aggregate(BigInteger.One, (w, r) => w * r);
}

/// <summary>The public polynomial of one chunk in coefficient form, for every prime.</summary>
internal sealed class PublicChunk
{
    public PublicChunk(ReferenceParameters p, byte[] seed, uint vector, ulong chunk)
    {
        Rings = [.. p.Primes.Select(prime => ReferenceRing.Of(p.Degree, prime))];
        Coefficients = [.. Rings.Select((ring, i) =>
            ring.ToCoefficients(PublicPolynomial.Expand(seed, vector, chunk, (uint)i, ring.Prime, p.Degree).Values))];
    }

    public ReferenceRing[] Rings { get; }

    public ulong[][] Coefficients { get; }
}
