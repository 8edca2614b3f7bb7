using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>Linear digests against their vectors.</summary>
internal static class LinearDigestOperations
{
    private const int Degree = LinearDigestParameters.Degree;

    private static readonly VectorWidth[] Widths = [VectorWidths.Best, VectorWidth.Scalar];

    /// <summary>A_k is what the polynomial 1 is digested to: all its values are 1.</summary>
    public static void Polynomials(VectorFile v)
    {
        Assert.Equal(v.UnsignedList("primes"), LinearDigestParameters.Primes);
        LinearDigestKey key = new(v.Bytes("plan"));
        ulong[] one = new ulong[Degree];
        one[0] = 1;
        int rejected = 0;
        foreach (VectorFile c in v.Objects("cases"))
        {
            foreach (VectorWidth width in Widths)
            {
                using PieceSum sum = new(key, LinearDigestParameters.Kernels(width));
                sum.Add(c.Unsigned("k"), one, 1);
                ulong[] words = sum.Finish().ToArray();
                JsonElement[] halves = [.. c.Field("values").EnumerateArray()];
                Expectation.CheckDigest(halves[0], words.AsSpan(0, Degree));
                Expectation.CheckDigest(halves[1], words.AsSpan(Degree));
            }

            rejected += c.Field("rejectedPositions").EnumerateArray().Sum(half => half.GetArrayLength());
        }

        Assert.True(rejected > 0, "no word of this vector was rejected: it says nothing about rejection");
    }

    public static void Sum(VectorFile v)
    {
        LinearDigestKey key = new(v.Bytes("plan"));
        AggregationParameters p = ParameterOperations.Read(v.Object("parameters"));
        int perChunk = p.Primes.Length * p.RingDegree;
        ulong[] sum = new ulong[p.ChunkCount * perChunk];
        LinearDigest digests = LinearDigest.Zero;
        foreach (VectorFile c in v.Objects("contributions"))
        {
            ulong[] residues = Draw(p, c.Bytes("contentKey"));
            LinearDigest digest = OfContribution(key, p, residues, VectorWidths.Best);
            Check(c.Object("digest"), digest);
            Assert.Equal(digest, OfContribution(key, p, residues, VectorWidth.Scalar));
            for (int time = 0; time < c.Int("times"); time++)
            {
                digests = digests.Add(digest);
            }

            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += (ulong)c.Int("times") * residues[i];
            }
        }

        Expectation.CheckDigest(v.Field("sum"), sum);
        Check(v.Object("digest"), digests);
        foreach (VectorWidth width in Widths)
        {
            Assert.Equal(digests, OfSum(key, p, sum, v.Int("clients"), width));
        }

        ulong[] largest = v.UnsignedList("largestWords");
        for (int prime = 0; prime < largest.Length; prime++)
        {
            ref ulong word = ref sum[prime * p.RingDegree];
            ulong old = word;
            word = largest[prime];
            Assert.NotEqual(digests, OfSum(key, p, sum, v.Int("clients"), VectorWidths.Best));
            word = largest[prime] + 1;
            Assert.Throws<CiphertextFormatException>(() => OfSum(key, p, sum, v.Int("clients"), VectorWidths.Best));
            word = old;
        }
    }

    public static void Encoding(VectorFile v)
    {
        foreach (VectorFile c in v.Objects("cases"))
        {
            ulong[] words = new ulong[2 * Degree];
            foreach ((int at, ulong word) in c.Ints("positions").Zip(c.UnsignedList("words")))
            {
                words[at] = word;
            }

            byte[] bytes = new LinearDigest(words).ToBytes();
            Assert.Equal(c.Text("sha256"), Convert.ToHexStringLower(SHA256.HashData(bytes)));
            if (c.Flag("accepted"))
            {
                Assert.Equal(words, LinearDigest.Parse(bytes).ToWords());
            }
            else
            {
                Assert.Throws<FormatException>(() => LinearDigest.Parse(bytes));
            }
        }
    }

    private static void Check(VectorFile expected, LinearDigest digest)
    {
        Expectation.CheckDigest(expected.Field("words"), digest.ToWords());
        Assert.Equal(expected.Text("bytesSha256"), Convert.ToHexStringLower(SHA256.HashData(digest.ToBytes())));
    }

    private static ulong[] Draw(AggregationParameters p, byte[] key)
    {
        using Keystream stream = new(key);
        UniformSampler sampler = new(p.RingDegree);
        ulong[] residues = new ulong[p.ChunkCount * p.Primes.Length * p.RingDegree];
        for (int i = 0; i < residues.Length / p.RingDegree; i++)
        {
            sampler.Fill(stream, p.Ckks.Moduli[i % p.Primes.Length],
                residues.AsSpan(i * p.RingDegree, p.RingDegree));
        }

        return residues;
    }

    private static LinearDigest OfContribution(LinearDigestKey key, AggregationParameters p, ulong[] residues,
        VectorWidth width)
    {
        using LinearDigestBuilder builder = LinearDigestBuilder.OfContribution(key, p, width);
        byte[] packed = new byte[p.ChunkBytes];
        int next = 0;
        for (long chunk = 0; chunk < p.ChunkCount; chunk++)
        {
            int at = 0;
            foreach (Modulus modulus in p.Ckks.Moduli)
            {
                int bytes = WordKernel.PackedBytes(p.RingDegree, modulus.Bits);
                WordKernel.Best.Pack(residues.AsSpan(next, p.RingDegree), modulus.Bits, packed.AsSpan(at, bytes));
                next += p.RingDegree;
                at += bytes;
            }

            builder.Append(chunk, packed);
        }

        return builder.Complete();
    }

    private static LinearDigest OfSum(LinearDigestKey key, AggregationParameters p, ulong[] sum, int clients,
        VectorWidth width)
    {
        using LinearDigestBuilder builder = LinearDigestBuilder.OfSum(key, p, clients, width);
        int perChunk = p.Primes.Length * p.RingDegree;
        for (long chunk = 0; chunk < p.ChunkCount; chunk++)
        {
            builder.Append(chunk, sum.AsSpan((int)chunk * perChunk, perChunk));
        }

        return builder.Complete();
    }
}
