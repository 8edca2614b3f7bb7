using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Threshold.Tests;

/// <summary>Small parameters and whole ceremonies for the tests of the joint-key protocols.</summary>
internal static class JointKeyFixture
{
    internal const int Degree = 4096;
    internal static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)(13 * i))];

    internal static readonly CkksParameters Parameters = new(
        Degree, [.. Primality.LargestPrimes(35, Degree, 3).Select(p => p.Value)], 75,
        ErrorDistribution.CenteredBinomial, SecretDistribution.Ternary);

    internal static JointKeyParameters JointKey(int threshold, int holders) =>
        new(Degree, 10, holders, threshold, 43, 100L * Degree);

    /// <summary>Deals a fresh secret: the secret's coefficients, every payload and the proof.</summary>
    internal static (int[] Secret, byte[][] Payloads, byte[] Proof) Deal(RingShamirSharing sharing, int seed)
    {
        SeededEntropy entropy = new(seed);
        (JointSecretShare secret, _) = new PublicKeyGenProtocol(Parameters, Seed).GenerateShare(entropy);
        using RingShares shares = sharing.Deal(secret, entropy);
        byte[][] payloads = [.. Enumerable.Range(1, sharing.Holders).Select(_ => new byte[sharing.PayloadBytes])];
        for (int holder = 1; holder <= sharing.Holders; holder++)
        {
            shares.WritePayload(holder, payloads[holder - 1]);
        }

        int[] coefficients = secret.Coefficients.ToArray();
        secret.Dispose();
        return (coefficients, payloads, shares.CreateProof(Seed));
    }

    /// <summary>Whole key shares of all holders and the joint secret they share.</summary>
    internal static (ThresholdKeyShare[] Shares, int[] Secret) Generate(RingShamirSharing sharing, int seed)
    {
        ThresholdKeyShare[] shares = [
            .. Enumerable.Range(1, sharing.Holders).Select(holder => new ThresholdKeyShare(sharing, holder))];
        int[] sum = new int[Degree];
        for (int dealer = 1; dealer <= sharing.Holders; dealer++)
        {
            (int[] secret, byte[][] payloads, byte[] proof) = Deal(sharing, (100 * seed) + dealer);
            sum = [.. sum.Zip(secret, (a, b) => a + b)];
            foreach (ThresholdKeyShare share in shares)
            {
                share.Add(payloads[share.Holder - 1], Seed, proof);
            }
        }

        return (shares, sum);
    }

    /// <summary>Packs residues, prime-major, that are given as any integers.</summary>
    internal static byte[] Pack(Func<int, BigInteger> coefficient)
    {
        ulong[] residues = new ulong[ResiduePacking.Words(Parameters)];
        for (int i = 0; i < residues.Length; i++)
        {
            residues[i] = Parameters.Moduli[i / Degree].Reduce(coefficient(i % Degree));
        }

        byte[] packed = new byte[ResiduePacking.Bytes(Parameters)];
        ResiduePacking.Pack(Parameters, residues, packed);
        return packed;
    }

    /// <summary>The centred integers of packed residues.</summary>
    internal static BigInteger[] Unpack(ReadOnlySpan<byte> packed)
    {
        ulong[] residues = new ulong[ResiduePacking.Words(Parameters)];
        ResiduePacking.Unpack(Parameters, packed, residues, "test");
        int primes = Parameters.Moduli.Length;
        return [.. Enumerable.Range(0, Degree)
            .Select(
                k => Parameters.Basis.Recombine(
                    [.. Enumerable.Range(0, primes).Select(i => residues[(i * Degree) + k])]))];
    }
}
