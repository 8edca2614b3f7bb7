using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Testing;

namespace SecureFL.Rlwe.Tests;

/// <summary>Contributions made, added and opened, next to the integer sum of what they quantised.</summary>
internal static class RoundTrip
{
    /// <summary>One client's packed chunks, end to end, and its key.</summary>
    internal sealed record Upload(byte[] Packed, int[] Secret, long[] Quantised);

    internal static Upload Create(AggregationParameters parameters, int client, bool extreme = false,
        bool prepare = false)
    {
        using TestEntropy entropy = new(client);
        using ContributionEncryptor encryptor =
            new(parameters, ParameterSets.Seed, entropy, Rounding.Stochastic, (ulong)client);
        Quantizer quantizer = new(parameters.Bits, parameters.Clip, Rounding.Stochastic, (ulong)client);
        Upload upload = new(new byte[parameters.CiphertextBytes], new int[parameters.RingDegree],
            new long[parameters.VectorLength]);
        encryptor.ExportSecret(upload.Secret);
        Random random = new(client);
        for (long chunk = parameters.ChunkCount - 1; prepare && chunk >= 0; chunk--)
        {
            encryptor.PrepareMask(chunk);
        }

        for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
        {
            float[] floats = new float[parameters.FloatsIn(chunk)];
            int[] integers = new int[parameters.IntegersIn(chunk)];
            for (int i = 0; i < floats.Length; i++)
            {
                floats[i] = extreme ? (i % 3 == 0 ? -parameters.Clip : parameters.Clip)
                    : ((random.NextSingle() * 2) - 1) * parameters.Clip;
            }

            for (int i = 0; i < integers.Length; i++)
            {
                integers[i] = extreme ? -parameters.MaxQuantised
                    : random.Next(-parameters.MaxQuantised, parameters.MaxQuantised + 1);
            }

            encryptor.EncryptChunk(chunk, floats, integers, Chunk(parameters, upload.Packed, chunk));
            int[] quantised = new int[floats.Length];
            quantizer.BeginChunk(chunk);
            quantizer.Quantize(floats, quantised);
            long start = chunk * parameters.ElementsPerChunk;
            for (int i = 0; i < floats.Length; i++)
            {
                upload.Quantised[start + i] = quantised[i];
            }

            for (int i = 0; i < integers.Length; i++)
            {
                upload.Quantised[start + floats.Length + i] = integers[i];
            }
        }

        return upload;
    }

    internal static Span<byte> Chunk(AggregationParameters parameters, byte[] packed, long chunk) =>
        packed.AsSpan((int)(chunk * parameters.ChunkBytes), parameters.ChunkBytes);

    internal static int[] SumOfKeys(AggregationParameters parameters, IEnumerable<Upload> uploads)
    {
        int[] sum = new int[parameters.RingDegree];
        foreach (Upload upload in uploads)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += upload.Secret[i];
            }
        }

        return sum;
    }

    internal static long[] Open(ContributionAccumulator accumulator, int[] keySum, out bool inside)
    {
        AggregationParameters parameters = accumulator.Parameters;
        using SumOpener opener = new(parameters, ParameterSets.Seed, keySum);
        long[] sums = new long[parameters.VectorLength];
        for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
        {
            opener.OpenChunk(chunk, accumulator,
                sums.AsSpan((int)(chunk * parameters.ElementsPerChunk), parameters.ElementsIn(chunk)));
        }

        inside = opener.InsideLanes;
        return sums;
    }

    internal static void AssertExact(AggregationParameters parameters, int clients, bool extreme)
    {
        Upload[] uploads = [.. Enumerable.Range(1, clients)
            .Select(client => Create(parameters, client, extreme, prepare: client % 2 == 0))];
        using ContributionAccumulator accumulator = new(parameters);
        foreach (Upload upload in uploads)
        {
            for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
            {
                accumulator.Add(chunk, Chunk(parameters, upload.Packed, chunk));
            }
        }

        long[] sums = Open(accumulator, SumOfKeys(parameters, uploads), out bool inside);
        Assert.True(inside);
        for (int i = 0; i < sums.Length; i++)
        {
            Assert.Equal(uploads.Sum(u => u.Quantised[i]), sums[i]);
        }
    }
}
