using System.Diagnostics;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Testing;

namespace SecureFL.Rlwe.Tests;

/// <summary>
/// A hundred million parameters, three clients one after the other, under 8 GiB for the whole process: one client's
/// vector (0.4 GB) and the server's sum are alive at a time. The opened sum is compared on every chunk with the integer
/// sum of what the clients quantised, which is made again for each chunk.
/// </summary>
[Trait("Category", "Slow")]
[Collection(Alone.Name)]
public sealed class LargeVectorTests
{
    private const int Length = 100_000_000;
    private const int Clients = 3;
    private const long Limit = 8L << 30;

    [Fact]
    public void A_hundred_million_parameters_fit_in_eight_gibibytes()
    {
        AggregationParameters parameters = ParameterSets.Plan(Length, 16, 100);
        int[] keySum = new int[parameters.RingDegree];
        using ContributionAccumulator accumulator = new(parameters);
        long peak = 0;
        for (int client = 0; client < Clients; client++)
        {
            float[] vector = new float[Length];
            Fill(vector, client, 0);
            Contribute(parameters, vector, client, accumulator, keySum);
            peak = Math.Max(peak, Peak());
        }

        AssertSums(parameters, accumulator, keySum);
        peak = Math.Max(peak, Peak());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"peak {peak / 1e9:F2} GB, set {parameters.Ckks}, {parameters.Lanes} lanes");
        Assert.True(peak < Limit, $"peak {peak} bytes, limit {Limit}");
    }

    private static void Contribute(AggregationParameters parameters, float[] vector, int client,
        ContributionAccumulator accumulator, int[] keySum)
    {
        using ContributionEncryptor encryptor =
            new(parameters, ParameterSets.Seed, SystemEntropy.Instance, Rounding.Stochastic, (ulong)client);
        int[] secret = new int[parameters.RingDegree];
        encryptor.ExportSecret(secret);
        for (int i = 0; i < secret.Length; i++)
        {
            keySum[i] += secret[i];
        }

        byte[] packed = new byte[parameters.ChunkBytes];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
        {
            encryptor.EncryptChunk(chunk,
                vector.AsSpan((int)(chunk * parameters.ElementsPerChunk), parameters.FloatsIn(chunk)), [], packed);
            accumulator.Add(chunk, packed);
        }

        // Only the first client's chunks make the sum; nothing else grows with the number of chunks.
        long allowed = client == 0 ? parameters.ChunkCount
            * ((8L * parameters.RingDegree * parameters.Primes.Length) + 256) : 0;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, allowed + 100_000);
    }

    private static void AssertSums(AggregationParameters parameters, ContributionAccumulator accumulator, int[] keySum)
    {
        using SumOpener opener = new(parameters, ParameterSets.Seed, keySum);
        Quantizer[] quantizers = [.. Enumerable.Range(0, Clients)
            .Select(c => new Quantizer(parameters.Bits, parameters.Clip, Rounding.Stochastic, (ulong)c))];
        long[] sums = new long[parameters.ElementsPerChunk];
        long[] expected = new long[parameters.ElementsPerChunk];
        float[] values = new float[parameters.ElementsPerChunk];
        int[] quantised = new int[parameters.ElementsPerChunk];
        for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
        {
            int count = parameters.FloatsIn(chunk);
            Array.Clear(expected);
            for (int client = 0; client < Clients; client++)
            {
                Fill(values.AsSpan(0, count), client, chunk * parameters.ElementsPerChunk);
                quantizers[client].BeginChunk(chunk);
                quantizers[client].Quantize(values.AsSpan(0, count), quantised.AsSpan(0, count));
                for (int i = 0; i < count; i++)
                {
                    expected[i] += quantised[i];
                }
            }

            opener.OpenChunk(chunk, accumulator, sums.AsSpan(0, count));
            Assert.True(sums.AsSpan(0, count).SequenceEqual(expected.AsSpan(0, count)), $"chunk {chunk}");
        }

        Assert.True(opener.InsideLanes);
    }

    /// <summary>A cheap function of client and index, in [-1.05, 1.05): some values are clipped.</summary>
    private static void Fill(Span<float> values, int client, long start)
    {
        for (int i = 0; i < values.Length; i++)
        {
            uint hash = ((uint)(start + i) * 2654435761u) ^ ((uint)client * 0x9E3779B9u);
            values[i] = (int)((hash ^ (hash >> 15)) * 2246822519u) * (1.05f / int.MaxValue);
        }
    }

    private static long Peak()
    {
        using Process process = Process.GetCurrentProcess();
        return Math.Max(process.PeakWorkingSet64, Math.Max(process.WorkingSet64, GC.GetTotalMemory(false)));
    }
}
