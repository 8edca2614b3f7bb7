using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace Samples;

/// <summary>
/// Training of one's own: logistic regression without an intercept, by a few steps of plain gradient descent on all
/// rows. Whatever trains goes in its place: it gets the global model and the site's rows, and gives back new weights.
/// </summary>
public static class OwnTraining
{
    private const int Steps = 10;
    private const float Rate = 0.05f;

    private static readonly MetricLayout Metrics = new(LearningTask.Binary, 2);

    /// <summary>New weights: one for each feature.</summary>
    public static ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Dataset rows = request.Train;
        float[] weights = [.. request.Global.Values];
        for (int step = 0; step < Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            float[] gradient = new float[weights.Length];
            for (int i = 0; i < rows.Count; i++)
            {
                float error = Probability(weights, rows.Row(i)) - rows.Labels[i];
                for (int j = 0; j < weights.Length; j++)
                {
                    gradient[j] += error * rows.Row(i)[j];
                }
            }

            for (int j = 0; j < weights.Length; j++)
            {
                weights[j] -= Rate * gradient[j] / rows.Count;
            }
        }

        return ValueTask.FromResult(new LocalTrainingResult(weights, rows.Count));
    }

    /// <summary>Loss and hits of a model on rows.</summary>
    public static ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        double loss = 0;
        long correct = 0;
        for (int i = 0; i < data.Count; i++)
        {
            double p = Math.Clamp(Probability(model.Values, data.Row(i)), 1e-6, 1 - 1e-6);
            bool positive = data.Labels[i] > 0.5f;
            loss -= Math.Log(positive ? p : 1 - p);
            correct += positive == p > 0.5 ? 1 : 0;
        }

        return ValueTask.FromResult(EvaluationCounts.FromTotals(Metrics, data, loss, correct));
    }

    private static float Probability(float[] weights, ReadOnlySpan<float> row)
    {
        float sum = 0;
        for (int j = 0; j < weights.Length; j++)
        {
            sum += weights[j] * row[j];
        }

        return 1 / (1 + MathF.Exp(-sum));
    }
}
