using System.Numerics;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Rlwe.Tests;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Serialization;
using SecureFL.Seal.Wire;
using SecureFL.Testing;

namespace SecureFL.Seal.Tests;

/// <summary>
/// Ciphertexts that travel as SEAL objects: their parameters, their two forms, and clients that encrypt SEAL's way.
/// </summary>
public sealed class SealWireTests
{
    /// <summary>H = 5, t = 3, 10^7 values, 1000 rounds a key, as in the table of the packed mode.</summary>
    [Theory]
    [InlineData(10, 16)]
    [InlineData(100, 16)]
    [InlineData(100, 8)]
    public void The_special_prime_counts_against_the_limit(int clients, int bits)
    {
        AggregationParameters parameters = Plan(10_000_000, bits, clients);
        int k = parameters.Primes.Length;
        BigInteger all = parameters.Primes.Append(parameters.JointKey!.SpecialPrime)
            .Aggregate(BigInteger.One, (product, p) => product * p);
        Assert.True(all.GetBitLength() <= SecurityTable.MaxLogModulusTernary(parameters.RingDegree));
        Assert.Equal([.. parameters.Primes, parameters.JointKey.SpecialPrime],
            parameters.ToSeal().Moduli.Select(p => p.Value));
        Assert.Equal(parameters.Ckks.Moduli.Length, parameters.ToSeal().DataPrimes);
        Assert.Equal(parameters.ToSeal().Moduli, parameters.KeySet.Moduli);
        Assert.Equal(113 + (16 * k * parameters.RingDegree), parameters.WireChunkBytes);
        Assert.Equal(parameters.WireChunkBytes * parameters.ChunkCount, parameters.UploadBytes);
        AggregationParameters packed = JointKeyCeremony.Plan(10_000_000, bits, clients);
        Assert.Equal((packed.WireChunkBytes, false, packed.Ckks),
            (packed.ChunkBytes, packed.TravelsAsSeal, packed.KeySet));
        Assert.InRange((double)parameters.UploadBytes / packed.UploadBytes, 1.2, 1.6);
    }

    [Fact]
    public void A_special_prime_must_fit_the_ring()
    {
        AggregationParameters p = Plan(100, 8, 10);
        JointKeyParameters joint = p.JointKey!;
        JointKeyParameters With(ulong special) =>
            new(p.RingDegree, 10, joint.KeyHolders, joint.Threshold, joint.Smudging,
                joint.MaxCoefficientsPerKey, special);
        AggregationParameters Make(JointKeyParameters key) => new(p.Ckks, p.Layout, 100, 0, 8, 1f, 10, key);
        Assert.NotEqual(p.Digest.ToArray(), Make(With(0)).Digest.ToArray());
        Assert.Equal(p.Digest.ToArray(), Make(With(joint.SpecialPrime)).Digest.ToArray());
        Assert.Contains("special prime rule",
            Assert.Throws<ArgumentException>(() => With(joint.SpecialPrime + 2)).Message, StringComparison.Ordinal);
        Assert.Contains("special prime rule", Assert.Throws<ArgumentException>(() => With((1UL << 60) + 1)).Message,
            StringComparison.Ordinal);
        Assert.Contains("special prime rule", Assert.Throws<ArgumentException>(() => With(1)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Make(With(p.Primes[0])));
        ulong composite = (1UL << 40) + (2 * (ulong)p.RingDegree * 3) + 1;
        while (Ring.Arithmetic.Primality.IsPrime(composite))
        {
            composite += 2 * (ulong)p.RingDegree;
        }

        Assert.Throws<ArgumentException>(() => Make(With(composite)));
        ulong wide = Ring.Arithmetic.Primality.LargestPrimes(60, p.RingDegree, 1)[0].Value;
        if (p.Ckks.Basis.Product.GetBitLength() + 60 > SecurityTable.MaxLogModulusTernary(p.RingDegree))
        {
            Assert.Contains("security rule", Assert.Throws<ArgumentException>(() => Make(With(wide))).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_chunk_has_one_packed_form_and_one_object()
    {
        AggregationParameters parameters = Plan(30_000, 16, 3);
        using JointKeyCeremony ceremony = new(parameters);
        SealChunkCodec codec = new(parameters);
        byte[] packed = ceremony.Encrypt(1).Packed[..parameters.ChunkBytes];
        byte[] wire = new byte[parameters.WireChunkBytes];
        codec.Unpack(packed, wire);
        Ciphertext loaded = SealFormat.LoadCiphertext(parameters.ToSeal(), wire);
        Assert.Equal((parameters.ToSeal().DataPrimes, Math.ScaleB(1, parameters.LogDelta)),
            (loaded.Primes, loaded.Scale));
        byte[] back = new byte[parameters.ChunkBytes];
        codec.Pack(wire, back);
        Assert.Equal(packed, back);
        foreach (SealCompression compression in (SealCompression[])[SealCompression.Zlib, SealCompression.Zstd])
        {
            back.AsSpan().Clear();
            codec.Import(SealFormat.Save(loaded, compression), back);
            Assert.Equal(packed, back);
        }

        byte[] again = new byte[wire.Length];
        codec.Unpack(back, again);
        Assert.Equal(wire, again);
        Assert.Throws<ArgumentException>(() => new SealChunkCodec(JointKeyCeremony.Plan(100, 8, 3)));
        Assert.Equal("packed", Assert.Throws<ArgumentException>(() => codec.Pack(wire, back.AsSpan(1))).ParamName);
        Assert.Equal("packed", Assert.Throws<ArgumentException>(() => codec.Unpack(back.AsSpan(1), wire)).ParamName);
    }

    /// <summary>
    /// Our clients and clients that encrypt at the key level and divide by the special prime, in one sum.
    /// </summary>
    [Theory]
    [InlineData(100, 8, 10)]
    [InlineData(60_000, 16, 6)]
    public void Clients_of_both_kinds_sum_exactly(int length, int bits, int clients)
    {
        AggregationParameters parameters = Plan(length, bits, clients, integers: 5);
        using JointKeyCeremony ceremony = new(parameters);
        using ContributionAccumulator accumulator = new(parameters);
        SealClient seal = new(ceremony);
        long[] expected = new long[parameters.VectorLength];
        for (int client = 1; client <= clients; client++)
        {
            (byte[] packed, long[] quantised) = client % 2 == 0 ? ceremony.Encrypt(client, extreme: client == 2)
                : seal.Encrypt(client);
            for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
            {
                accumulator.Add(chunk, RoundTrip.Chunk(parameters, packed, chunk));
            }

            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] += quantised[i];
            }
        }

        using JointKeyOpener opener = new(parameters);
        Assert.Equal(expected, ceremony.Open(accumulator, opener, 1, 2, 4));
        Assert.True(opener.InsideLanes);
        Assert.True(opener.WithinNoiseBound);
    }

    /// <summary>
    /// The noise of an encryption at the key level, measured with the joint secret: (1 + 2 H N / 3) / 12 a coefficient
    /// (JointKeyParameters), far below that of one modulo q, which is as computed too. 8192 coefficients: a deviation
    /// of the variance beyond 10 % has probability below 2^-40.
    /// </summary>
    [Fact]
    public void A_seal_clients_noise_is_below_that_of_ours()
    {
        AggregationParameters parameters = Plan(100, 8, 10);
        using JointKeyCeremony ceremony = new(parameters);
        double rounding = (1 + (2.0 * parameters.JointKey!.KeyHolders * parameters.RingDegree / 3)) / 12;
        double ours = Math.Pow(parameters.JointKey.CiphertextDeviation, 2) / parameters.MaxClients;
        double measured = EncryptionNoise.Variance(ceremony, new SealClient(ceremony).Encrypt(1, zero: true).Packed);
        Assert.InRange(measured / rounding, 0.9, 1.1);
        Assert.True(measured < ours / 100);
        Assert.InRange(EncryptionNoise.Variance(ceremony, EncryptZero(ceremony)) / ours, 0.9, 1.1);
    }

    internal static AggregationParameters Plan(long length, int bits, int clients, int integers = 0) =>
        JointKeyCeremony.Plan(length, bits, clients, integers: integers, wire: WireMode.Seal);

    private static byte[] EncryptZero(JointKeyCeremony ceremony)
    {
        using TestEntropy entropy = new(77);
        using JointKeyEncryptor encryptor = new(ceremony.Parameters, ceremony.PublicKey, entropy);
        byte[] packed = new byte[ceremony.Parameters.ChunkBytes];
        encryptor.EncryptChunk(0, new float[ceremony.Parameters.FloatsIn(0)], [], packed);
        return packed;
    }

    /// <summary>A client that has only SEAL's objects: parameters, public key, plaintexts.</summary>
    private sealed class SealClient(JointKeyCeremony ceremony)
    {
        private readonly PublicKey _key = SealFormat.LoadPublicKey(
            SealFormat.LoadParameters(SealFormat.Save(ceremony.Parameters.ToSeal())),
            SealFormat.Save(ceremony.PublicKey.ToSeal(ceremony.Parameters.ToSeal())));

        internal (byte[] Packed, long[] Quantised) Encrypt(int client, bool zero = false)
        {
            AggregationParameters parameters = ceremony.Parameters;
            using TestEntropy entropy = new(client);
            using SealPlaintextEncoder encoder = new(parameters, entropy, Rounding.Nearest);
            using Encryptor encryptor = new(_key, entropy);
            SealChunkCodec codec = new(parameters);
            Quantizer quantizer = new(parameters.Bits, parameters.Clip, Rounding.Nearest, 0);
            byte[] packed = new byte[parameters.CiphertextBytes];
            List<long> quantised = [];
            Random random = new(client);
            for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
            {
                float[] floats = [.. Enumerable.Range(0, parameters.FloatsIn(chunk))
                    .Select(_ => zero ? 0 : (random.NextSingle() * 2) - 1)];
                int[] integers = [.. Enumerable.Range(0, parameters.IntegersIn(chunk))
                    .Select(_ => random.Next(-parameters.MaxQuantised, parameters.MaxQuantised + 1))];
                Ciphertext ciphertext = new(_key.Parameters);
                encryptor.Encrypt(SealFormat.LoadPlaintext(_key.Parameters,
                    encoder.EncodeChunk(chunk, floats, integers)), ciphertext);
                codec.Import(SealFormat.Save(ciphertext), RoundTrip.Chunk(parameters, packed, chunk));
                int[] here = new int[floats.Length];
                quantizer.BeginChunk(chunk);
                quantizer.Quantize(floats, here);
                quantised.AddRange(here.Concat(integers).Select(value => (long)value));
            }

            return (packed, [.. quantised]);
        }
    }
}
