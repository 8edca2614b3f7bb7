using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Simulation;

namespace SecureFL.Learning.Tests;

/// <summary>Small generated data sets.</summary>
internal static class TestData
{
    /// <summary>Sums of quantised updates in the clear, as encrypted ones open to them.</summary>
    public static QuantizedReferenceSum Quantised(int sites, float clip, int bits) =>
        new(new EncryptedSumOptions { Sites = sites, Clip = clip, Bits = bits });

    public static Dataset Random(ModelSpec spec, int rows, ulong seed)
    {
        SeededRandom random = SeededRandom.For(seed, "test data");
        float[] features = [.. Enumerable.Range(0, rows * spec.Inputs).Select(_ => (float)random.NextGaussian())];
        float[] labels = [.. Enumerable.Range(0, rows).Select(r =>
        {
            float signal = features[r * spec.Inputs] + (0.5f * (float)random.NextGaussian());
            return spec.Task switch
            {
                LearningTask.Regression => signal,
                LearningTask.Binary => signal > 0 ? 1f : 0f,
                _ => Math.Clamp((int)((signal + 2) / 4 * spec.Outputs), 0, spec.Outputs - 1),
            };
        })];
        return new Dataset(features, labels, spec.Inputs, spec.Task, spec.ClassCount);
    }

    public static IReadOnlyList<FederatedSite> Sites(ModelSpec spec, params int[] rows) =>
        [
            .. rows.Select(
                (count, i) => new FederatedSite($"s{i}", Random(spec, count, (ulong)(100 + i)),
                    Random(spec, 20, (ulong)(200 + i))))];
}
