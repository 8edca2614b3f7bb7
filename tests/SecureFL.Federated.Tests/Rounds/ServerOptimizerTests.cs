using SecureFL.Federated.Metrics;
using SecureFL.Federated.Rounds;

namespace SecureFL.Federated.Tests.Rounds;

public class ServerOptimizerTests
{
    private static readonly double[] Updates = [0.5, -1.5, 0.2, 0.2, -0.01];

    [Theory]
    [InlineData(ServerOptimizerKind.FedAvg)]
    [InlineData(ServerOptimizerKind.FedAvgM)]
    [InlineData(ServerOptimizerKind.FedAdagrad)]
    [InlineData(ServerOptimizerKind.FedAdam)]
    [InlineData(ServerOptimizerKind.FedYogi)]
    public void Recurrences_are_those_of_the_papers(ServerOptimizerKind kind)
    {
        ServerOptimizerOptions options = new() { Kind = kind, LearningRate = 0.3 };
        ServerOptimizer optimizer = new(options, 1);
        float[] weights = [2f];
        double w = 2;
        double m = 0;
        double v = 0;
        foreach (double d in Updates)
        {
            optimizer.Step(weights, [(float)d]);
            switch (kind)
            {
                case ServerOptimizerKind.FedAvg:
                    w += 0.3 * d;
                    break;
                case ServerOptimizerKind.FedAvgM:
                    m = (0.9 * m) + d;
                    w += 0.3 * m;
                    break;
                default:
                    m = (0.9 * m) + (0.1 * d);
                    v = kind == ServerOptimizerKind.FedAdagrad ? v + (d * d)
                        : kind == ServerOptimizerKind.FedAdam ? (0.999 * v) + (0.001 * d * d)
                        : v < d * d ? v + (0.001 * d * d) : v - (0.001 * d * d);
                    w += 0.3 * m / (Math.Sqrt(v) + 1e-8);
                    break;
            }

            Assert.Equal(w, weights[0], 1e-5 * (1 + Math.Abs(w)));
        }
    }

    [Theory]
    [InlineData(ServerOptimizerKind.FedAdagrad)]
    [InlineData(ServerOptimizerKind.FedAdam)]
    [InlineData(ServerOptimizerKind.FedYogi)]
    public void Bias_correction_divides_the_moments_as_Adam_does_and_survives_a_restart(ServerOptimizerKind kind)
    {
        ServerOptimizerOptions options = new()
        { Kind = kind, LearningRate = 0.3, Beta1 = 0.8, Beta2 = 0.95, Tau = 1e-3, BiasCorrection = true };
        ServerOptimizer optimizer = new(options, 1);
        float[] weights = [2f];
        double w = 2;
        double m = 0;
        double v = 0;
        for (int t = 1; t <= Updates.Length; t++)
        {
            double d = Updates[t - 1];
            optimizer.Step(weights, [(float)d]);
            optimizer = new ServerOptimizer(options, 1, optimizer.FirstMoment, optimizer.SecondMoment, t);
            m = (0.8 * m) + (0.2 * d);
            double square = d * d;
            v = kind == ServerOptimizerKind.FedAdagrad ? v + square
                : kind == ServerOptimizerKind.FedAdam ? (0.95 * v) + (0.05 * square)
                : v < square ? v + (0.05 * square) : v - (0.05 * square);
            double spread = kind == ServerOptimizerKind.FedAdagrad ? v : v / (1 - Math.Pow(0.95, t));
            w += 0.3 * (m / (1 - Math.Pow(0.8, t))) / (Math.Sqrt(spread) + 1e-3);
            Assert.Equal(w, weights[0], 1e-5 * (1 + Math.Abs(w)));
        }
    }

    [Fact]
    public void Every_kind_has_one_row_whose_settings_exist_and_an_unknown_one_is_refused()
    {
        Assert.Equal(Enum.GetValues<ServerOptimizerKind>(), ServerMethods.All.Select(method => method.Kind));
        Assert.All(ServerMethods.All,
            method => Assert.All(method.Uses,
                name => Assert.NotNull(typeof(ServerOptimizerOptions).GetProperty(name))));
        Assert.All(ServerMethods.All, method => method.Defaults.Check());
        Assert.Throws<ArgumentException>(
            () => new ServerOptimizer(new ServerOptimizerOptions { Kind = (ServerOptimizerKind)99 }, 1));
    }

    [Fact]
    public void An_untouched_coordinate_stays_where_it_is()
    {
        foreach (ServerOptimizerKind kind in Enum.GetValues<ServerOptimizerKind>())
        {
            ServerOptimizer optimizer = new(new ServerOptimizerOptions { Kind = kind }, 2);
            float[] weights = [1, 1];
            optimizer.Step(weights, [0, 0.5f]);
            Assert.Equal(1, weights[0]);
            Assert.NotEqual(1, weights[1]);
        }
    }

    [Fact]
    public void Moments_survive_a_restart_and_wrong_lengths_are_refused()
    {
        ServerOptimizerOptions options = new() { Kind = ServerOptimizerKind.FedYogi, LearningRate = 0.1 };
        ServerOptimizer whole = new(options, 2);
        float[] a = [1, 2];
        whole.Step(a, [0.1f, -0.2f]);
        ServerOptimizer restored = new(options, 2, whole.FirstMoment, whole.SecondMoment, 1);
        float[] b = [.. a];
        whole.Step(a, [0.3f, 0.1f]);
        restored.Step(b, [0.3f, 0.1f]);
        Assert.Equal(a, b);
        Assert.Throws<ArgumentException>(
            () => new ServerOptimizer(options, 3, whole.FirstMoment, whole.SecondMoment, 1));
        Assert.Throws<ArgumentException>(() => whole.Step(a, [1]));
        Assert.Throws<ArgumentException>(() => new ServerOptimizer(options with { Beta2 = 1 }, 2));
    }

    [Fact]
    public void Stopping_rules()
    {
        RoundRecord[] rounds =
            [.. new double?[] { 0.5, 0.6, null, 0.6, 0.59, 0.61 }.Select((accuracy, i) => new RoundRecord
        {
            Round = i + 1,
            Contributors = [],
            Test = new MetricSummary { Accuracy = accuracy, Loss = 1 - accuracy },
        })];
        StoppingRules rules = new() { Rounds = 6 };
        Assert.Null(rules.Decide(rounds[..5]));
        Assert.Equal(StopReason.Rounds, rules.Decide(rounds));
        Assert.Equal(StopReason.Target, (rules with { Target = 0.6 }).Decide(rounds[..2]));
        Assert.Null((rules with { Target = 0.6 }).Decide(rounds[..1]));
        Assert.Equal(StopReason.Target,
            (rules with { Target = 0.4, Metric = RoundMetric.TestLoss }).Decide(rounds[..2]));
        Assert.Null((rules with { Patience = 2 }).Decide(rounds[..4]));
        Assert.Equal(StopReason.NoImprovement, (rules with { Patience = 2 }).Decide(rounds[..5]));
        Assert.Equal(StopReason.NoImprovement,
            (rules with { Patience = 3, MinimumImprovement = 0.02, Metric = RoundMetric.TestLoss }).Decide(rounds));
    }
}
