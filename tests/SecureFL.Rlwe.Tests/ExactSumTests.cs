using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Rlwe.Tests;

public sealed class ExactSumTests
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static TheoryData<int, int, long> ClientsBitsLengths()
    {
        TheoryData<int, int, long> data = [];
        foreach (int clients in new[] { 1, 2, 3, 7, 10, 33 })
        {
            foreach (int bits in new[] { 4, 8, 12, 16, 20, 24 })
            {
                data.Add(clients, bits, 3000);
                data.Add(clients, bits, 70_000);
            }
        }

        return data;
    }

    public static TheoryData<int, int, long> ManyClients()
    {
        TheoryData<int, int, long> data = [];
        foreach (int clients in new[] { 100, 1000 })
        {
            foreach (int bits in new[] { 4, 8, 12, 16, 20, 24 })
            {
                data.Add(clients, bits, 500);
                data.Add(clients, bits, 70_000);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(ClientsBitsLengths))]
    public void Opened_sum_equals_integer_sum(int clients, int bits, long length) =>
        AssertExact(clients, bits, length, WorstCase.None);

    [Theory]
    [MemberData(nameof(ClientsBitsLengths))]
    public void Opened_sum_of_extremes_equals_integer_sum(int clients, int bits, long length)
    {
        AssertExact(clients, bits, length, WorstCase.AllMaximal);
        AssertExact(clients, bits, length, WorstCase.AllMinimal);
        AssertExact(clients, bits, length, WorstCase.Alternating);
    }

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(ManyClients))]
    public void Opened_sum_of_many_clients_equals_integer_sum(int clients, int bits, long length)
    {
        AssertExact(clients, bits, length, WorstCase.None);
        AssertExact(clients, bits, length, WorstCase.Alternating);
    }

    [Fact]
    public void Every_planned_ring_and_error_distribution_is_covered()
    {
        HashSet<(int, ErrorDistribution)> seen = [];
        foreach ((int clients, int bits, long length) in new (int, int, long)[]
            { (10, 8, 100), (10, 8, 3000), (10, 16, 8000), (100, 16, 70_000), (3, 16, 3_000_000), (2, 4, 9000) })
        {
            AggregationParameters parameters =
                AggregationPlanner.Plan(new PlanningRequest(length, bits, 1f, clients, KeyHolders: 3));
            AssertExact(clients, bits, length, WorstCase.None);
            seen.Add((parameters.RingDegree, parameters.Ckks.Error));
        }

        Assert.Contains((1024, ErrorDistribution.DiscreteGaussian), seen);
        Assert.Contains((8192, ErrorDistribution.CenteredBinomial), seen);
    }

    private enum WorstCase
    {
        None,
        AllMaximal,
        AllMinimal,
        Alternating,
    }

    private static void AssertExact(int clients, int bits, long length, WorstCase worst)
    {
        const int Integers = 5;
        AggregationParameters parameters =
            AggregationPlanner.Plan(new PlanningRequest(length - Integers, bits, 2f, clients, Integers, KeyHolders: 3));
        using ContributionAccumulator accumulator = new(parameters);
        long[] expected = new long[length];
        int[] keySum = new int[parameters.RingDegree];
        int[] secret = new int[parameters.RingDegree];
        int[] quantised = new int[length];
        float[] values = new float[length - Integers];
        int[] integers = new int[Integers];
        byte[] packed = new byte[parameters.ChunkBytes];
        Random random = new(clients * 100 + bits);
        for (int client = 0; client < clients; client++)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = worst switch
                {
                    WorstCase.None => ((random.NextSingle() * 2) - 1) * 2.2f,
                    WorstCase.AllMaximal => 2f,
                    WorstCase.AllMinimal => -2f,
                    _ => i % 2 == 0 ? 2f : -2f,
                };
            }

            for (int i = 0; i < Integers; i++)
            {
                integers[i] = worst switch
                {
                    WorstCase.None => random.Next(-parameters.MaxQuantised, parameters.MaxQuantised + 1),
                    WorstCase.AllMinimal => -parameters.MaxQuantised,
                    _ => parameters.MaxQuantised,
                };
            }

            using ContributionEncryptor encryptor =
                new(parameters, Seed, SystemEntropy.Instance, Rounding.Stochastic, (ulong)client);
            Quantizer quantizer = new(bits, 2f, Rounding.Stochastic, (ulong)client);
            encryptor.ExportSecret(secret);
            for (int i = 0; i < secret.Length; i++)
            {
                keySum[i] += secret[i];
            }

            for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
            {
                int start = (int)(chunk * parameters.ElementsPerChunk);
                int floats = parameters.FloatsIn(chunk);
                ReadOnlySpan<float> chunkFloats = values.AsSpan(Math.Min(start, values.Length), floats);
                ReadOnlySpan<int> chunkIntegers =
                    integers.AsSpan(Integers - (int)Math.Min(Integers, length - start - floats),
                        parameters.IntegersIn(chunk));
                encryptor.EncryptChunk(chunk, chunkFloats, chunkIntegers, packed);
                accumulator.Add(chunk, packed);
                quantizer.BeginChunk(chunk);
                quantizer.Quantize(chunkFloats, quantised.AsSpan(start, floats));
            }

            integers.CopyTo(quantised, values.Length);
            for (int i = 0; i < length; i++)
            {
                expected[i] += quantised[i];
            }
        }

        using SumOpener opener = new(parameters, Seed, keySum);
        long[] sums = new long[length];
        for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
        {
            opener.OpenChunk(chunk, accumulator,
                sums.AsSpan((int)(chunk * parameters.ElementsPerChunk), parameters.ElementsIn(chunk)));
        }

        Assert.Equal(expected, sums);
        Assert.True(opener.InsideLanes);

        // The 16-sigma bound holds and is not idle: with thousands of coefficients the largest noise passes 2.5 sigma
        // but for a chance below 10^-5.
        double sigma = Math.Sqrt(clients * parameters.Ckks.Error.Variance());
        Assert.InRange(opener.NoiseMaximum, 2.5 * sigma, 16 * sigma);
        Assert.True(16 * sigma <= Math.ScaleB(0.5, parameters.LogDelta));
        // Relative spread of a variance estimate from M >= 1024 coefficients is at most sqrt(2/M) (1 + kurtosis
        // excess): 8 of them.
        Assert.InRange(opener.NoiseVariance / (sigma * sigma), 1 - (8 * Math.Sqrt(2.0 / 1024)),
            1 + (8 * Math.Sqrt(2.0 / 1024)));
    }
}
