using System.Buffers.Binary;
using SecureFL.Messages.Counters;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.OneTimeKey;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>Quantising, counters, lanes, encryption and opening against their vectors.</summary>
internal static class EncodingOperations
{
    private static readonly VectorWidth[] Widths = [VectorWidths.Best, VectorWidth.Scalar];

    public static void QuantiseNearest(VectorFile v)
    {
        foreach (VectorFile c in v.Objects("cases"))
        {
            float[] values = Singles(c.Bytes("values"));
            int[] quantised = new int[values.Length];
            new Quantizer(c.Int("bits"), ParameterOperations.Clip(c), Rounding.Nearest, 0).Quantize(values, quantised);
            Assert.Equal(c.Ints("quantised"), quantised);
        }
    }

    public static void Counters(VectorFile v)
    {
        foreach (VectorFile c in v.Objects("cases"))
        {
            CounterLayout layout = new(0, new Counter("counter", c.Long("maxMagnitude")));
            int bits = c.Int("bits");
            int[] digits = new int[layout.ElementCount(bits)];
            layout.Split([c.Long("value")], bits, digits);
            Assert.Equal(c.Ints("digits"), digits);
            Assert.Equal([c.Long("value")], layout.Combine([.. digits.Select(d => (long)d)], bits, contributors: 1));
        }
    }

    public static void LanePacking(VectorFile v)
    {
        AggregationParameters p = ParameterOperations.Read(v.Object("parameters"));
        ulong[] mask = new ulong[p.RingDegree * p.Primes.Length];
        foreach (VectorWidth width in Widths)
        {
            byte[] packed = new byte[p.ChunkBytes];
            using ChunkCodec codec = new(p, width);
            Assert.True(codec.Encrypt(new Quantizer(p.Bits, p.Clip, Rounding.Nearest, 0), [], v.Ints("elements"),
                mask, packed));
            Assert.Equal(v.Text("packedSha256"), Convert.ToHexStringLower(SHA256.HashData(packed)));
        }
    }

    public static void Encryption(VectorFile v)
    {
        AggregationParameters p = ParameterOperations.Read(v.Object("parameters"));
        using KeyPolynomial key = new(p.Ckks, v.Small("secret"));
        using PublicPolynomialExpander expander = new(p.Ckks, v.Bytes("seed"));
        ulong[] mask = new ulong[p.RingDegree * p.Primes.Length];
        for (int i = 0; i < p.Primes.Length; i++)
        {
            ulong[] a = new ulong[p.RingDegree];
            expander.Expand(0, v.Unsigned("chunk"), i, a);
            key.MultiplyAdd(i, a, v.Small("errors"), mask.AsSpan(i * p.RingDegree, p.RingDegree));
        }

        foreach (VectorWidth width in Widths)
        {
            byte[] packed = new byte[p.ChunkBytes];
            using ChunkCodec codec = new(p, width);
            Assert.True(codec.Encrypt(new Quantizer(p.Bits, p.Clip, Rounding.Nearest, 0), Singles(v.Bytes("values")),
                v.Ints("integers"), mask, packed));
            Assert.Equal(v.Bytes("packed"), packed);
        }
    }

    public static void Open(VectorFile v)
    {
        AggregationParameters p = ParameterOperations.Read(v.Object("parameters"));
        using ContributionAccumulator accumulator = new(p);
        foreach (byte[] upload in v.ByteList("uploads"))
        {
            accumulator.Add(0, upload);
        }

        using SumOpener opener = new(p, v.Bytes("seed"), v.Ints("keySum"));
        long[] sums = new long[p.ElementsIn(0)];
        opener.OpenChunk(0, accumulator, sums);
        Assert.Equal(v.Flag("insideLanes"), opener.InsideLanes);
        Assert.Equal((double)v.Long("noiseSquares") / p.RingDegree, opener.NoiseVariance, 1e-6);
        Assert.Equal(v.Long("noiseMaximum"), opener.NoiseMaximum);
        if (opener.InsideLanes)
        {
            Expectation.CheckDigest(v.Field("sums"), sums);
        }
    }

    private static float[] Singles(byte[] bytes) =>
        [.. Enumerable.Range(0, bytes.Length / 4)
            .Select(i => BinaryPrimitives.ReadSingleBigEndian(bytes.AsSpan(4 * i)))];
}
