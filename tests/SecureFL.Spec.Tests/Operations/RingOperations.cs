using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.OneTimeKey;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>Keystream, transforms, packing and public polynomials against their vectors.</summary>
internal static class RingOperations
{
    private static readonly VectorWidth[] Widths = [VectorWidths.Best, VectorWidth.Scalar];

    public static void Keystream(VectorFile v)
    {
        using Keystream stream = new(v.Bytes("key"));
        foreach (byte[] expected in v.ByteList("bytes"))
        {
            byte[] drawn = new byte[expected.Length];
            stream.Fill(drawn);
            Assert.Equal(expected, drawn);
        }
    }

    public static void EvaluationOrder(VectorFile v)
    {
        Modulus modulus = new(v.Unsigned("prime"));
        int degree = v.Int("ringDegree");
        Assert.Equal(v.Unsigned("psi"), modulus.MinimalPrimitiveRoot(degree));
        foreach (VectorWidth width in Widths)
        {
            RingKernel kernel = RingKernel.Create(degree, modulus, width);
            ulong[] x = new ulong[degree];
            x[1] = 1;
            kernel.Forward(x);
            Expectation.CheckDigest(v.Field("valuesOfX"), x);
            ulong[] values = v.UnsignedList("coefficients");
            kernel.Forward(values);
            Expectation.CheckDigest(v.Field("values"), values);
            kernel.Inverse(values);
            Assert.Equal(v.UnsignedList("coefficients"), values);
        }
    }

    public static void Packing(VectorFile v)
    {
        foreach (VectorFile c in v.Objects("cases"))
        {
            int bits = c.Int("width");
            byte[] packed = c.Bytes("packed");
            foreach (VectorWidth width in Widths)
            {
                WordKernel kernel = WordKernel.Create(width);
                ulong[] words = new ulong[packed.Length * 8 / bits];
                Assert.True(kernel.Unpack(packed, bits, 1UL << bits, words));
                Expectation.CheckDigest(c.Field("words"), words);
                byte[] again = new byte[packed.Length];
                kernel.Pack(words, bits, again);
                Assert.Equal(packed, again);
            }
        }
    }

    public static void PublicPolynomial(VectorFile v)
    {
        CkksParameters parameters = new(v.Int("ringDegree"), [.. v.UnsignedList("primes")], 9,
            ErrorDistribution.DiscreteGaussian);
        using PublicPolynomialExpander expander = new(parameters, v.Bytes("seed"));
        int rejected = 0;
        foreach (VectorFile c in v.Objects("cases"))
        {
            ulong[] values = new ulong[parameters.RingDegree];
            expander.Expand((uint)c.Int("vector"), c.Unsigned("chunk"), c.Int("primeIndex"), values);
            Expectation.CheckDigest(c.Field("values"), values);
            rejected += c.Ints("rejectedPositions").Length;
        }

        Assert.True(rejected > 0, "no word of this vector was rejected: it says nothing about rejection");
    }
}
