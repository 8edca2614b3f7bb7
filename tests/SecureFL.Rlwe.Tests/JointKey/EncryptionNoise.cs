using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Tests;

/// <summary>What only the holder of all key shares sees: the noise of one ciphertext.</summary>
internal static class EncryptionNoise
{
    /// <summary>
    /// The mean square of c0 + c1 s modulo the first prime, for an encryption of zero; s interpolated from three key
    /// shares.
    /// </summary>
    internal static double Variance(JointKeyCeremony ceremony, byte[] packed)
    {
        AggregationParameters parameters = ceremony.Parameters;
        Ring.Arithmetic.Modulus p = parameters.Ckks.Moduli[0];
        int degree = parameters.RingDegree;
        ulong[] secret = new ulong[degree];
        ulong[] share = new ulong[degree];
        int[] holders = [1, 2, 3];
        foreach (int j in holders)
        {
            ulong weight = 1;
            foreach (int i in holders.Where(i => i != j))
            {
                weight = p.Multiply(weight, p.Multiply((ulong)i, p.Inverse(p.Subtract((ulong)i, (ulong)j))));
            }

            byte[] encoded = new byte[parameters.PolynomialBytes];
            ceremony.Shares[j - 1].Encode(encoded);
            Residues(encoded, share);
            for (int k = 0; k < degree; k++)
            {
                secret[k] = p.Add(secret[k], p.Multiply(weight, share[k]));
            }
        }

        Assert.All(secret, s => Assert.True(Math.Abs(p.Centre(s)) <= parameters.JointKey!.KeyHolders));
        ulong[] first = new ulong[degree];
        ulong[] second = new ulong[degree];
        Residues(packed, first);
        Residues(packed.AsSpan(parameters.PolynomialBytes), second);
        double squares = 0;
        RingKernel kernel = RingKernel.Create(degree, p, VectorWidth.Scalar);
        kernel.Forward(secret);
        kernel.Forward(second);
        for (int k = 0; k < degree; k++)
        {
            second[k] = p.Multiply(second[k], secret[k]);
        }

        kernel.Inverse(second);
        for (int k = 0; k < degree; k++)
        {
            double noise = p.Centre(p.Add(first[k], second[k]));
            squares += noise * noise;
        }

        return squares / degree;

        void Residues(ReadOnlySpan<byte> from, ulong[] to) =>
            Assert.True(WordKernel.Best.Unpack(from[..WordKernel.PackedBytes(degree, p.Bits)], p.Bits, p.Value, to));
    }
}
