using System.Security.Cryptography;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Testing;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Rlwe.Tests;

/// <summary>Sums opened under a joint key equal the integer sums of what was quantised.</summary>
public sealed class JointKeySumTests
{
    [Theory]
    [InlineData(100, 8, 10, 4096, false)]
    [InlineData(20_000, 16, 3, 8192, true)]
    [InlineData(300_000, 16, 3, 16384, true)]
    public void A_sum_of_any_active_set_is_exact(int length, int bits, int clients, int degree, bool extreme)
    {
        AggregationParameters parameters = JointKeyCeremony.Plan(length, bits, clients, integers: 17);
        Assert.Equal(degree, parameters.RingDegree);
        using JointKeyCeremony ceremony = new(parameters);
        using ContributionAccumulator accumulator = new(parameters);
        long[] expected = new long[parameters.VectorLength];
        for (int client = 1; client <= clients; client++)
        {
            (byte[] packed, long[] quantised) = ceremony.Encrypt(client, extreme, prepare: client == 2);
            for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
            {
                accumulator.Add(chunk, RoundTrip.Chunk(parameters, packed, chunk));
            }

            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] += quantised[i];
            }
        }

        foreach (int[] holders in new int[][] { [1, 2, 3], [2, 4, 5] })
        {
            using JointKeyOpener opener = new(parameters);
            Assert.Equal(expected, ceremony.Open(accumulator, opener, holders));
            Assert.True(opener.InsideLanes);
            Assert.True(opener.WithinNoiseBound);
        }
    }

    /// <summary>
    /// A hundred clients at the worked point's ring: exact, the noise as wide as computed, within its bound, and the
    /// bound not idle.
    /// </summary>
    [Fact]
    public void A_hundred_clients_sum_exactly_and_the_noise_is_as_computed()
    {
        AggregationParameters parameters = JointKeyCeremony.Plan(30_000, 16, 100);
        using JointKeyCeremony ceremony = new(parameters, seed: 2);
        using ContributionAccumulator accumulator = new(parameters);
        long[] expected = new long[parameters.VectorLength];
        Assert.Equal(1, parameters.ChunkCount);
        for (int client = 1; client <= 100; client++)
        {
            (byte[] packed, long[] quantised) = ceremony.Encrypt(client, extreme: client % 2 == 0);
            accumulator.Add(0, packed);
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] += quantised[i];
            }
        }

        using JointKeyOpener opener = new(parameters);
        Assert.Equal(expected, ceremony.Open(accumulator, opener, 1, 3, 5));
        Assert.True(opener.InsideLanes);
        Assert.True(opener.WithinNoiseBound);
        Assert.InRange(Math.Sqrt(opener.NoiseVariance) / parameters.JointKey!.OpeningDeviation, 0.95, 1.05);
        Assert.InRange(opener.NoiseMaximum, parameters.JointKey.NoiseBound / 8, parameters.JointKey.NoiseBound);
    }

    /// <summary>
    /// Too few answers are a caller's error; an answer made for another active set is not on the polynomial, and the
    /// opening shows it.
    /// </summary>
    [Fact]
    public void A_partial_decryption_that_is_missing_or_wrong_spoils_the_sum_visibly()
    {
        AggregationParameters parameters = JointKeyCeremony.Plan(500, 16, 3);
        using JointKeyCeremony ceremony = new(parameters);
        using ContributionAccumulator accumulator = new(parameters);
        accumulator.Add(0, ceremony.Encrypt(1).Packed);
        byte[] sum = new byte[parameters.ChunkBytes];
        accumulator.EncodeSum(0, sum);
        ActiveSet active = new(ceremony.Sharing, [1, 2, 3]);
        ActiveSet other = new(ceremony.Sharing, [1, 2, 4]);
        long[] opened = new long[parameters.VectorLength];
        using JointKeyOpener opener = new(parameters);
        Assert.Throws<InvalidOperationException>(() => opener.FinishChunk(opened));
        opener.BeginChunk(0, sum);
        opener.AddPartialDecryption(ceremony.PartiallyDecrypt(1, active, 0, sum));
        opener.AddPartialDecryption(ceremony.PartiallyDecrypt(2, active, 0, sum));
        Assert.Throws<InvalidOperationException>(() => opener.FinishChunk(opened));
        opener.AddPartialDecryption(ceremony.PartiallyDecrypt(4, other, 0, sum));
        Assert.Throws<InvalidOperationException>(
            () => opener.AddPartialDecryption(sum.AsSpan(0, parameters.PolynomialBytes)));
        opener.FinishChunk(opened);
        Assert.False(opener.InsideLanes);
        Assert.False(opener.WithinNoiseBound);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_residue_that_is_not_below_its_prime_is_refused_in_either_half_and_nothing_is_added(int polynomial)
    {
        AggregationParameters parameters = JointKeyCeremony.Plan(500, 16, 3);
        using JointKeyCeremony ceremony = new(parameters);
        using ContributionAccumulator accumulator = new(parameters);
        byte[] good = ceremony.Encrypt(1).Packed;
        byte[] bad = [.. good];
        bad.AsSpan(polynomial * parameters.PolynomialBytes, 512 * 8).Fill(0xFF);
        accumulator.Add(0, good);
        byte[] before = new byte[parameters.ChunkBytes];
        byte[] after = new byte[parameters.ChunkBytes];
        accumulator.EncodeSum(0, before);
        Assert.Contains($"c{polynomial} of chunk 0",
            Assert.Throws<CiphertextFormatException>(() => accumulator.Add(0, bad)).Field, StringComparison.Ordinal);
        Assert.Throws<CiphertextFormatException>(() => accumulator.Add(0, good, good, bad, default));
        Assert.Throws<CiphertextFormatException>(() => accumulator.Add(0, good.AsSpan(1)));
        accumulator.EncodeSum(0, after);
        Assert.Equal(before, after);
        using JointKeyOpener opener = new(parameters);
        opener.BeginChunk(0, before);
        Assert.Throws<CiphertextFormatException>(() => opener.AddPartialDecryption(new byte[5]));
        Assert.Throws<CiphertextFormatException>(
            () => opener.AddPartialDecryption([.. Enumerable.Repeat((byte)0xFF, parameters.PolynomialBytes)]));
    }

    [Fact]
    public void Fresh_randomness_every_time_and_non_finite_values_leave_no_ciphertext()
    {
        AggregationParameters parameters = JointKeyCeremony.Plan(500, 16, 3);
        using JointKeyCeremony ceremony = new(parameters);
        using TestEntropy entropy = new(5);
        using JointKeyEncryptor encryptor = new(parameters, ceremony.PublicKey, entropy, Rounding.Nearest, 1);
        using JointKeyEncryptor worker = encryptor.CreateWorker();
        float[] values = new float[500];
        byte[][] packed = [.. Enumerable.Range(0, 4).Select(_ => new byte[parameters.ChunkBytes])];
        encryptor.EncryptChunk(0, values, [], packed[0]);
        encryptor.EncryptChunk(0, values, [], packed[1]);
        worker.EncryptChunk(0, values, [], packed[2]);
        encryptor.PrepareChunk();
        encryptor.EncryptChunk(0, values, [], packed[3]);
        for (int i = 0; i < packed.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                Assert.NotEqual(packed[i][..parameters.PolynomialBytes], packed[j][..parameters.PolynomialBytes]);
                Assert.NotEqual(packed[i][parameters.PolynomialBytes..], packed[j][parameters.PolynomialBytes..]);
            }
        }

        values[77] = float.NaN;
        Assert.Contains("element 77",
            Assert.Throws<ArgumentException>(() => encryptor.EncryptChunk(0, values, [], packed[0])).Message,
            StringComparison.Ordinal);
        Assert.All(packed[0], b => Assert.Equal(0, b));
        Assert.Throws<ArgumentException>(() => new ContributionEncryptor(parameters, new byte[32], entropy));
        Assert.Throws<ArgumentException>(() => new JointKeyOpener(ParameterSets.Get("small")));
        Assert.Throws<ArgumentException>(
            () => new JointKeyEncryptor(JointKeyCeremony.Plan(300_000, 16, 3), ceremony.PublicKey, entropy));
    }

    /// <summary>
    /// Deterministic from fixed seeds: key, ciphertext, partial decryption. The digests were computed by this code and
    /// hold every vector width to the same bytes.
    /// </summary>
    [Fact]
    public void Known_answers()
    {
        AggregationParameters parameters = JointKeyCeremony.Plan(500, 16, 3);
        using JointKeyCeremony ceremony = new(parameters);
        byte[] packed = ceremony.Encrypt(1).Packed;
        byte[] partial = ceremony.PartiallyDecrypt(2, new ActiveSet(ceremony.Sharing, [1, 2, 4]), 0, packed);
        string[] digests =
        [
            Convert.ToHexString(parameters.Digest[..8]),
            Convert.ToHexString(ceremony.PublicKey.ComputeDigest().AsSpan(0, 8)),
            Convert.ToHexString(SHA256.HashData(packed).AsSpan(0, 8)),
            Convert.ToHexString(SHA256.HashData(partial).AsSpan(0, 4)),
        ];
        Assert.Equal("59085887ECD7BEA5 C950D110DEAD08A5 98B0663A2D1696D0 22CC92C0", string.Join(' ', digests));
    }
}
