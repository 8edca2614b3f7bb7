using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Tests;

public sealed class SumOpenerTests
{
    private static readonly AggregationParameters Parameters = ParameterSets.Plan(2500, 8, 10);

    [Fact]
    public void Mixing_parameters_names_both_digests()
    {
        AggregationParameters other = ParameterSets.Plan(2501, 8, 10);
        Assert.Equal(other.Ckks, Parameters.Ckks);
        using SumOpener opener = new(Parameters, ParameterSets.Seed, new int[Parameters.RingDegree]);
        using ContributionAccumulator accumulator = new(other);
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => opener.OpenChunk(0, accumulator, new long[1]));
        Assert.Contains(Convert.ToHexString(other.Digest[..8]), refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexString(Parameters.Digest[..8]), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_sizes_are_refused()
    {
        using ContributionAccumulator accumulator = new(Parameters);
        using SumOpener opener = new(Parameters, ParameterSets.Seed, new int[Parameters.RingDegree]);
        long last = Parameters.ChunkCount - 1;
        Assert.Throws<ArgumentException>(
            () => opener.OpenChunk(last, accumulator, new long[Parameters.ElementsIn(last) + 1]));
        Assert.Throws<ArgumentException>(
            () => opener.OpenChunk(last, accumulator, 1, new float[Parameters.FloatsIn(last) + 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => opener.OpenChunk(Parameters.ChunkCount, accumulator, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => opener.OpenChunk(-1, accumulator, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => opener.OpenChunk(0, accumulator, 0, new float[1]));
        Assert.Throws<ArgumentException>(() => new SumOpener(Parameters, ParameterSets.Seed, new int[5]));
        Assert.Throws<ArgumentException>(() => new SumOpener(Parameters, new byte[5], new int[Parameters.RingDegree]));
    }

    [Fact]
    public void A_wrong_key_a_seed_of_another_round_and_a_missing_upload_are_seen()
    {
        RoundTrip.Upload[] uploads = [.. Enumerable.Range(1, 3).Select(i => RoundTrip.Create(Parameters, i))];
        using ContributionAccumulator accumulator = Add(uploads);
        int[] keySum = RoundTrip.SumOfKeys(Parameters, uploads);
        RoundTrip.Open(accumulator, keySum, out bool inside);
        Assert.True(inside);

        int[] wrong = [.. keySum];
        wrong[5]++;
        RoundTrip.Open(accumulator, wrong, out inside);
        Assert.False(inside);

        RoundTrip.Open(accumulator, RoundTrip.SumOfKeys(Parameters, uploads.Take(2)), out inside);
        Assert.False(inside);

        byte[] otherSeed = [.. ParameterSets.Seed];
        otherSeed[0] ^= 1;
        using SumOpener opener = new(Parameters, otherSeed, keySum);
        opener.OpenChunk(0, accumulator, new long[1]);
        Assert.False(opener.InsideLanes);
        // The noise of a failed opening is spread over all of Delta: deviation Delta / sqrt(12).
        Assert.True(opener.NoiseVariance > 4 * 3 * 6.4 * 6.4);
    }

    /// <summary>
    /// More contributions than the lanes were planned for, all at the bound of the top lane: flagged, not silently
    /// wrapped.
    /// </summary>
    [Fact]
    public void A_sum_beyond_the_top_lane_is_seen()
    {
        AggregationParameters parameters = ParameterSets.Plan(900, 8, 2);
        RoundTrip.Upload[] uploads = [.. Enumerable.Range(1, 3).Select(i => CreateMaximal(parameters, i))];
        using ContributionAccumulator accumulator = Add(uploads);
        RoundTrip.Open(accumulator, RoundTrip.SumOfKeys(parameters, uploads), out bool inside);
        Assert.False(inside);
    }

    [Fact]
    public void Noise_is_measured_and_means_are_rounded_once()
    {
        RoundTrip.Upload[] uploads = [.. Enumerable.Range(1, 7).Select(i => RoundTrip.Create(Parameters, i))];
        using ContributionAccumulator accumulator = Add(uploads);
        using SumOpener opener = new(Parameters, ParameterSets.Seed, RoundTrip.SumOfKeys(Parameters, uploads));
        Assert.Equal(0, opener.NoiseVariance);
        Assert.Equal(0, opener.NoiseMaximum);
        for (long chunk = 0; chunk < Parameters.ChunkCount; chunk++)
        {
            float[] means = new float[Parameters.FloatsIn(chunk)];
            opener.OpenChunk(chunk, accumulator, 7, means);
            for (int i = 0; i < means.Length; i++)
            {
                long sum = uploads.Sum(u => u.Quantised[(chunk * Parameters.ElementsPerChunk) + i]);
                Assert.Equal((float)(sum * (Parameters.Step / 7)), means[i]);
            }
        }

        // N coefficients a chunk, variance 7 * 6.4^2: within eight deviations of the estimate, passed with probability
        // below 10^-14.
        double expected = 7 * 6.4 * 6.4;
        double spread = 8 * Math.Sqrt(2.0 / (Parameters.RingDegree * Parameters.ChunkCount));
        Assert.InRange(opener.NoiseVariance / expected, 1 - spread, 1 + spread);
        Assert.InRange(opener.NoiseMaximum, 2.5 * Math.Sqrt(expected), 16 * Math.Sqrt(expected));
        Assert.True(opener.InsideLanes);
    }

    [Fact]
    public void After_disposal_nothing_opens()
    {
        using ContributionAccumulator accumulator = new(Parameters);
        SumOpener opener = new(Parameters, ParameterSets.Seed, new int[Parameters.RingDegree]);
        opener.Dispose();
        Assert.Throws<ObjectDisposedException>(() => opener.OpenChunk(0, accumulator, new long[1]));
        Assert.Equal(typeof(SumOpener).FullName, opener.ToString());
    }

    private static RoundTrip.Upload CreateMaximal(AggregationParameters parameters, int client)
    {
        using Testing.TestEntropy entropy = new(client);
        using ContributionEncryptor encryptor = new(parameters, ParameterSets.Seed, entropy);
        RoundTrip.Upload upload = new(new byte[parameters.CiphertextBytes], new int[parameters.RingDegree], []);
        encryptor.ExportSecret(upload.Secret);
        float[] values = new float[parameters.FloatsIn(0)];
        Array.Fill(values, parameters.Clip);
        encryptor.EncryptChunk(0, values, [], upload.Packed);
        return upload;
    }

    private static ContributionAccumulator Add(RoundTrip.Upload[] uploads)
    {
        AggregationParameters parameters = uploads[0].Quantised.Length == 0 ? ParameterSets.Plan(900, 8, 2)
            : Parameters;
        ContributionAccumulator accumulator = new(parameters);
        foreach (RoundTrip.Upload upload in uploads)
        {
            for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
            {
                accumulator.Add(chunk, RoundTrip.Chunk(parameters, upload.Packed, chunk));
            }
        }

        return accumulator;
    }
}
