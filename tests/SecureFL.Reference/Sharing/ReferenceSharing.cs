using System.Buffers.Binary;

namespace SecureFL.Reference;

/// <summary>
/// Section 6: Shamir's sharing over F_p, p = 2^31 - 1, packed words, the proof of the shares' degree, and
/// reconstruction by trying everything.
/// </summary>
internal static class ReferenceSharing
{
    public const long P = 0x7FFFFFFF;
    public const int Masks = 4;

    public static uint Residue(BigInteger value) => (uint)Curve.Mod(value, P);

    public static long Centred(uint value) => value > P / 2 ? value - P : value;

    /// <summary>coefficients[d][column]; the value of every column at x.</summary>
    public static uint[] Evaluate(uint[][] coefficients, int x) =>
        [.. Enumerable.Range(0, coefficients[0].Length).Select(k =>
            Residue(Enumerable.Range(0, coefficients.Length)
                .Aggregate(BigInteger.Zero, (sum, d) => sum + (coefficients[d][k] * BigInteger.Pow(x, d)))))];

    /// <summary>Word i occupies the bits 31 i to 31 i + 30, least significant first.</summary>
    public static byte[] Pack(uint[] words)
    {
        byte[] packed = new byte[((words.Length * 31) + 7) / 8];
        for (int i = 0; i < words.Length; i++)
        {
            for (int bit = 0; bit < 31; bit++)
            {
                int at = (31 * i) + bit;
                packed[at / 8] |= (byte)(((words[i] >> bit) & 1) << (at % 8));
            }
        }

        return packed;
    }

    public static uint[] Unpack(byte[] packed, int count)
    {
        uint[] words = new uint[count];
        for (int at = 0; at < 31 * count; at++)
        {
            words[at / 31] |= (uint)((packed[at / 8] >> (at % 8)) & 1) << (at % 31);
        }

        return words;
    }

    /// <summary>
    /// The next uniform elements: 32-bit little-endian words without their top bit, p itself left out.
    /// </summary>
    public static uint[] Uniform(CounterStream stream, int count)
    {
        List<uint> words = [];
        while (words.Count < count)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(stream.Next(4)) & 0x7FFFFFFF;
            if (word != P)
            {
                words.Add(word);
            }
        }

        return [.. words];
    }

    /// <summary>The weights r_(m,k), m = 0..3.</summary>
    public static uint[][] Weights(byte[] challenge, int columns)
    {
        CounterStream stream = new(SHA256.HashData([.. "SecureFL one-time-key share proof v1"u8, .. challenge]));
        return [.. Enumerable.Range(0, Masks).Select(_ => Uniform(stream, columns))];
    }

    /// <summary>h_m = g_m + sum over k of r_(m,k) f_k: t coefficients from x^0 up, for m = 0..3.</summary>
    public static uint[] Proof(uint[][] coefficients, byte[] challenge)
    {
        int columns = coefficients[0].Length - Masks;
        uint[][] weights = Weights(challenge, columns);
        List<uint> proof = [];
        for (int m = 0; m < Masks; m++)
        {
            foreach (uint[] row in coefficients)
            {
                BigInteger sum = row[columns + m];
                for (int k = 0; k < columns; k++)
                {
                    sum += (BigInteger)weights[m][k] * row[k];
                }

                proof.Add(Residue(sum));
            }
        }

        return [.. proof];
    }

    /// <summary>h_m(j) = y_(g,m) + sum over k of r_(m,k) y_k for all m.</summary>
    public static bool IsConsistent(uint[] payload, int holder, uint[] proof, int threshold, byte[] challenge)
    {
        int columns = payload.Length - Masks;
        uint[][] weights = Weights(challenge, columns);
        for (int m = 0; m < Masks; m++)
        {
            BigInteger left = Enumerable.Range(0, threshold)
                .Aggregate(BigInteger.Zero, (s, d) => s + (proof[(m * threshold) + d] * BigInteger.Pow(holder, d)));
            BigInteger right = payload[columns + m];
            for (int k = 0; k < columns; k++)
            {
                right += (BigInteger)weights[m][k] * payload[k];
            }

            if (Residue(left) != Residue(right))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Tries every t answers: the sum whose polynomials pass through all but at most e = floor((m - t)/2) whole
    /// answers, and who is off them. Null: none.
    /// </summary>
    public static (long[] Sum, int[] Liars)? Reconstruct((int Point, uint[] Words)[] answers, int threshold)
    {
        int radius = (answers.Length - threshold) / 2;
        foreach (int[] chosen in Subsets(answers.Length, threshold))
        {
            (int, uint[])[] base_ = [.. chosen.Select(i => answers[i])];
            int[] liars =
                [.. answers.Where(a => !Interpolate(base_, a.Point).SequenceEqual(a.Words)).Select(a => a.Point)];
            if (liars.Length <= radius)
            {
                return ([.. Interpolate(base_, 0).Select(Centred)], liars);
            }
        }

        return null;
    }

    /// <summary>Lagrange's formula at x, all columns.</summary>
    public static uint[] Interpolate((int Point, uint[] Words)[] answers, int x)
    {
        BigInteger[] weights = [.. answers.Select(a => answers.Where(b => b.Point != a.Point).Aggregate(
            BigInteger.One, (w, b) => w * (x - b.Point) * Curve.Inverse(a.Point - b.Point, P)))];
        return [.. Enumerable.Range(0, answers[0].Words.Length).Select(k =>
            Residue(answers.Select((a, i) => weights[i] * a.Words[k]).Aggregate(BigInteger.Add)))];
    }

    private static IEnumerable<int[]> Subsets(int count, int size, int from = 0)
    {
        if (size == 0)
        {
            yield return [];
            yield break;
        }

        for (int first = from; first <= count - size; first++)
        {
            foreach (int[] rest in Subsets(count, size - 1, first + 1))
            {
                yield return [first, .. rest];
            }
        }
    }
}
