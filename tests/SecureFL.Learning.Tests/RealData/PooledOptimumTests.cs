using MathNet.Numerics.LinearAlgebra;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;

namespace SecureFL.Learning.Tests.RealData;

/// <summary>
/// Full-batch federated gradient descent is gradient descent on the pooled rows: it must end where Newton's method on
/// them ends.
/// </summary>
public class PooledOptimumTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.01, false)]
    [InlineData(0.0, true)]
    public async Task Federated_descent_reaches_the_pooled_optimum(double l2, bool quantised)
    {
        IReadOnlyList<FederatedSite> sites = HeartDisease.Sites();
        Dataset pooled = Dataset.Concatenate([.. sites.Select(site => site.Train)]);
        double[] newton = Newton(pooled, l2);
        double optimum = Objective(pooled, newton, l2);

        GradientTrainer trainer = new(ModelSpec.Logistic(13), new LocalTrainingOptions
        {
            BatchSize = 0,
            Steps = 1,
            L2 = (float)l2,
            Optimizer = new LocalOptimizerOptions { LearningRate = 1f },
        });
        FederationOptions options = new()
        {
            Stopping = new StoppingRules { Rounds = 1200 },
            ServerOptimizer = new ServerOptimizerOptions(new FedAvg()) { LearningRate = 1 },
        };
        ISecureSum sum = quantised ? TestData.Quantised(sites.Count, 1f, 16) : new PlaintextSum();
        TrainingOutcome outcome = await new FederatedAveraging(options, sites, trainer,
            sum).RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        double[] reached = [.. outcome.Model.Values.Select(value => (double)value)];
        double distance = reached.Zip(newton).Max(pair => Math.Abs(pair.First - pair.Second));
        double gap = Objective(pooled, reached, l2) - optimum;
        output.WriteLine(
            $"L2 {l2}, quantised {quantised}: loss gap {gap:e2}, largest difference of a weight {distance:e2}");
        Assert.InRange(gap, -1e-9, 1e-4);
        if (!quantised)
        {
            Assert.True(distance < 1e-4, $"a weight differs by {distance}");
            Assert.InRange(gap, -1e-9, 1e-7);
        }

        double unregularised = Objective(pooled, reached, 0);
        Assert.Equal(unregularised, outcome.Train.MeanLoss!.Value, 1e-4);
        Assert.Equal(unregularised, outcome.History[^1].TrainLoss!.Value, 1e-4);
    }

    private static double Objective(Dataset data, double[] w, double l2)
    {
        double loss = 0;
        for (int r = 0; r < data.Count; r++)
        {
            double z = w[^1];
            for (int f = 0; f < data.Width; f++)
            {
                z += w[f] * data.Row(r)[f];
            }

            loss += Math.Log(1 + Math.Exp(z)) - (data.Labels[r] * z);
        }

        return (loss / data.Count) + (l2 / 2 * w.Take(data.Width).Sum(value => value * value));
    }

    private static double[] Newton(Dataset data, double l2)
    {
        int size = data.Width + 1;
        Vector<double> w = Vector<double>.Build.Dense(size);
        for (int iteration = 0; iteration < 50; iteration++)
        {
            Vector<double> gradient = Vector<double>.Build.Dense(size);
            Matrix<double> hessian = Matrix<double>.Build.Dense(size, size);
            for (int r = 0; r < data.Count; r++)
            {
                Vector<double> x = Vector<double>.Build.Dense(size, 1);
                for (int f = 0; f < data.Width; f++)
                {
                    x[f] = data.Row(r)[f];
                }

                double p = 1 / (1 + Math.Exp(-(x * w)));
                gradient += x * (p - data.Labels[r]) / data.Count;
                hessian += x.OuterProduct(x) * (p * (1 - p) / data.Count);
            }

            for (int f = 0; f < data.Width; f++)
            {
                gradient[f] += l2 * w[f];
                hessian[f, f] += l2;
            }

            Vector<double> step = hessian.Solve(gradient);
            w -= step;
            if (step.L2Norm() < 1e-12)
            {
                break;
            }
        }

        return [.. w];
    }
}
