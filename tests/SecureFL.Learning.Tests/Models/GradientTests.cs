using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Tests.Models;

public class GradientTests
{
    public static TheoryData<LearningTask, int, string, Activation> Architectures => new()
    {
        { LearningTask.Regression, 1, "", Activation.Relu },
        { LearningTask.Binary, 1, "", Activation.Relu },
        { LearningTask.MultiClass, 4, "", Activation.Relu },
        { LearningTask.Regression, 1, "7", Activation.Tanh },
        { LearningTask.Binary, 1, "6 5", Activation.Tanh },
        { LearningTask.MultiClass, 3, "9", Activation.Tanh },
        { LearningTask.Binary, 1, "8", Activation.Relu },
        { LearningTask.MultiClass, 5, "8 6", Activation.Relu },
    };

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Analytic_and_numerical_gradients_agree_in_double_precision(LearningTask task, int outputs,
        string hidden, Activation activation)
    {
        ModelSpec spec = Spec(task, outputs, hidden, activation);
        FeedForwardNetwork<double> network = new(spec);
        SeededRandom random = SeededRandom.For(5, "gradient");
        double[] weights =
            [.. Enumerable.Range(0, spec.CreateLayout().Length).Select(_ => 0.7 * random.NextGaussian())];
        const int Rows = 11;
        double[] features = [.. Enumerable.Range(0, Rows * spec.Inputs).Select(_ => random.NextGaussian())];
        float[] labels =
            [
                .. Enumerable.Range(0, Rows).Select(
                    _ => task == LearningTask.Regression ? (float)random.NextGaussian()
                        : random.NextInt32(Math.Max(2, outputs)))];
        float[] rowWeights = [.. Enumerable.Range(0, Rows).Select(_ => (float)random.NextDouble())];

        double[] gradient = new double[weights.Length];
        double loss = Loss(weights, gradient);
        Assert.True(loss > 0);
        const double Step = 1e-6;
        for (int i = 0; i < weights.Length; i++)
        {
            double[] up = [.. weights];
            double[] down = [.. weights];
            up[i] += Step;
            down[i] -= Step;
            double numerical = (Loss(up, new double[weights.Length]) - Loss(down, new double[weights.Length]))
                / (2 * Step);
            Assert.Equal(numerical, gradient[i], 1e-6 * (1 + Math.Abs(numerical)));
        }

        double Loss(double[] at, double[] into)
        {
            features.CopyTo(network.Input(Rows));
            network.Forward(at, Rows);
            return network.Backward(at, labels, rowWeights, into);
        }
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Single_precision_over_many_blocks_agrees_with_double(LearningTask task, int outputs, string hidden,
        Activation activation)
    {
        ModelSpec spec = Spec(task, outputs, hidden, activation);
        Dataset data = TestData.Random(spec, 300, 9);
        FeedForwardModel model = new(spec);
        SeededRandom random = SeededRandom.For(6, "weights");
        float[] weights =
            [.. Enumerable.Range(0, model.Layout.Length).Select(_ => (float)(0.5 * random.NextGaussian()))];
        float[] gradient = new float[weights.Length];
        int[] rows = [.. Enumerable.Range(0, 300)];
        double loss = model.Gradient(weights, data, rows, [], gradient);

        FeedForwardNetwork<double> network = new(spec);
        double[] exact = new double[weights.Length];
        double exactLoss = 0;
        for (int from = 0; from < 300; from += 100)
        {
            Span<double> input = network.Input(100);
            for (int i = 0; i < input.Length; i++)
            {
                input[i] = data.Features[(from * spec.Inputs) + i];
            }

            double[] wide = [.. weights.Select(w => (double)w)];
            network.Forward(wide, 100);
            exactLoss += network.Backward(wide, data.Labels.AsSpan(from, 100), [], exact);
        }

        Assert.Equal(exactLoss / 300, loss, 1e-5 * exactLoss / 300);
        Assert.All(exact.Zip(gradient),
            pair => Assert.Equal(pair.First / 300, pair.Second, 2e-5 * (1 + Math.Abs(pair.First / 300))));
        Assert.Equal(loss, Evaluator.Evaluate(spec, weights, data).MeanLoss!.Value, 1e-4 * (1 + loss));
    }

    [Fact]
    public void Class_weights_multiply_the_loss_of_their_rows()
    {
        Dataset data = new([1, 2, 3, 4], [0, 0, 1, 0], 1, LearningTask.Binary, 2);
        FeedForwardModel model = new(ModelSpec.Logistic(1));
        float[] gradient = new float[2];
        ImmutableArray<float> balanced = ClassBalance.Balanced(data.CountClasses());
        Assert.Equal([4f / 6, 2f], balanced);
        double loss = model.Gradient([0.3f, -0.2f], data, [0, 1, 2, 3], balanced.AsSpan(), gradient);
        double expected = 0;
        double slope = 0;
        for (int i = 0; i < 4; i++)
        {
            double z = (0.3 * (i + 1)) - 0.2;
            double p = 1 / (1 + Math.Exp(-z));
            expected += balanced[(int)data.Labels[i]] * -Math.Log(data.Labels[i] == 1 ? p : 1 - p) / 4;
            slope += balanced[(int)data.Labels[i]] * (p - data.Labels[i]) * (i + 1) / 4;
        }

        Assert.Equal(expected, loss, 1e-6);
        Assert.Equal(slope, gradient[0], 1e-6);
        Assert.Equal([0, 1.5f, 0.75f], ClassBalance.Balanced([0, 1, 2]));
    }

    [Fact]
    public void Losses_stay_finite_at_extreme_outputs()
    {
        float[] delta = new float[3];
        Assert.Equal(200, OutputLoss.Differentiate<float>(LearningTask.Binary, [200], 0, delta), 1e-4);
        Assert.Equal(0, OutputLoss.Differentiate<float>(LearningTask.Binary, [-200], 0, delta), 1e-4);
        Assert.Equal(0, delta[0], 1e-6f);
        Assert.Equal(2000, OutputLoss.Differentiate<float>(LearningTask.MultiClass, [1000, -1000, 0], 1, delta), 1e-2);
        Assert.Equal([1, -1, 0], delta);
    }

    [Fact]
    public void Sums_do_not_depend_on_where_an_array_lies()
    {
        SeededRandom random = SeededRandom.For(1, "alignment");
        foreach (int length in new[] { 1, 3, 8, 15, 64, 100, 1000, 4097 })
        {
            float[] x = [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
            float[] y = [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
            float expected = DenseKernels.Dot<float>(x, y);
            double exact = x.Zip(y).Sum(pair => (double)pair.First * pair.Second);
            Assert.Equal(exact, expected, 1e-4 * Math.Sqrt(length));
            for (int offset = 0; offset < 33; offset++)
            {
                float[] shifted = [.. new float[offset], .. x];
                Assert.Equal(expected, DenseKernels.Dot<float>(shifted.AsSpan(offset), y));
            }
        }
    }

    private static ModelSpec Spec(LearningTask task, int outputs, string hidden, Activation activation) => new()
    {
        Task = task,
        Inputs = 5,
        Outputs = outputs,
        Hidden = [.. hidden.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)],
        Activation = activation,
    };
}
