using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;
using SecureFL.Learning.Privacy;

namespace SecureFL.Learning.Tests.Privacy;

public class ClippingTests
{
    [Fact]
    public void Updates_are_clipped_to_the_bound_and_never_beyond()
    {
        float[] update = [3, 4];
        Assert.True(NormClipping.ClipUpdate(update, 1));
        Assert.Equal(1, Norm(update), 1e-5);
        Assert.True(Norm(update) <= 1);
        Assert.Equal(0.75, update[0] / update[1], 1e-6);
        float[] small = [0.3f, 0.4f];
        Assert.False(NormClipping.ClipUpdate(small, 1));
        Assert.Equal([0.3f, 0.4f], small);
        Assert.Throws<ArgumentException>(() => NormClipping.ClipUpdate([float.NaN], 1));
        Assert.Throws<ArgumentException>(() => NormClipping.ClipUpdate([1], 0));
    }

    [Fact]
    public void One_row_moves_the_summed_gradient_by_at_most_the_bound()
    {
        ModelSpec spec = ModelSpec.For(TestData.Random(ModelSpec.Softmax(6, 4), 1, 1), 5);
        Dataset data = TestData.Random(spec, 60, 2);
        FeedForwardModel model = new(spec);
        float[] weights = [.. model.CreateInitial(3).Values];
        int[] rows = [.. Enumerable.Range(0, 60)];
        float[] all = new float[weights.Length];
        const double Bound = 2.2;
        int clipped = NormClipping.SumClippedGradients(model, weights, data, rows, Bound, all);
        Assert.InRange(clipped, 1, 59);
        double furthest = 0;
        for (int left = 0; left < 60; left++)
        {
            float[] without = new float[weights.Length];
            NormClipping.SumClippedGradients(model, weights, data, [.. rows.Where(row => row != left)], Bound, without);
            furthest = Math.Max(furthest, Norm([.. all.Zip(without, (a, b) => a - b)]));
        }

        Assert.InRange(furthest, 0.99 * Bound, Bound + 1e-4);
    }

    [Fact]
    public async Task One_row_moves_the_weighted_contribution_by_at_most_the_stated_sensitivity()
    {
        ModelSpec spec = ModelSpec.Logistic(5);
        Dataset data = TestData.Random(spec, 40, 5);
        RecordPrivacyTrainer trainer = new(spec, 0.7, 1, 0.5);
        const double Unit = 12.5;
        float[] full = await ContributionAsync(data);
        double furthest = 0;
        for (int left = 0; left < 40; left++)
        {
            float[] without = await ContributionAsync(
                data.Select([.. Enumerable.Range(0, 40).Where(row => row != left)]));
            furthest = Math.Max(furthest, Norm([.. full.Zip(without, (a, b) => a - b)]));
        }

        Assert.InRange(furthest, 0.9 * trainer.Sensitivity(Unit), trainer.Sensitivity(Unit) * (1 + 1e-4));

        async Task<float[]> ContributionAsync(Dataset rows)
        {
            ModelParameters global = new(trainer.Layout, [1, -1, 0.5f, 2, 0, 0.3f]);
            LocalTrainingResult result = await trainer.TrainAsync(
                new LocalTrainingRequest
                {
                    Global = global,
                    Train = rows,
                    Site = "s",
                    SiteIndex = 0,
                    Round = 1,
                    Seed = 1
                }, TestContext.Current.CancellationToken);
            return [.. result.Weights.Zip(global.Values, (a, b) => (float)((a - b) * result.Samples / Unit))];
        }
    }

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));
}
