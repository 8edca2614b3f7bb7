using System.Collections.Immutable;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Learning.Settings;

namespace SecureFL.Learning.Tests.ServerOptimizers;

public class ServerOptimizerTests
{
    private static readonly double[] Updates = [0.5, -1.5, 0.2, 0.2, -0.01];

    [Theory]
    [InlineData("fedAvg")]
    [InlineData("fedAvgM")]
    [InlineData("fedAdagrad")]
    [InlineData("fedAdam")]
    [InlineData("fedYogi")]
    public void Recurrences_are_those_of_the_papers(string kind)
    {
        ServerOptimizerOptions options = new(ServerMethods.Of(kind)) { LearningRate = 0.3 };
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
                case "fedAvg":
                    w += 0.3 * d;
                    break;
                case "fedAvgM":
                    m = (0.9 * m) + d;
                    w += 0.3 * m;
                    break;
                default:
                    m = (0.9 * m) + (0.1 * d);
                    v = kind == "fedAdagrad" ? v + (d * d)
                        : kind == "fedAdam" ? (0.999 * v) + (0.001 * d * d)
                        : v < d * d ? v + (0.001 * d * d) : v - (0.001 * d * d);
                    w += 0.3 * m / (Math.Sqrt(v) + 1e-8);
                    break;
            }

            Assert.Equal(w, weights[0], 1e-5 * (1 + Math.Abs(w)));
        }
    }

    [Theory]
    [InlineData("fedAdagrad")]
    [InlineData("fedAdam")]
    [InlineData("fedYogi")]
    public void Bias_correction_divides_the_moments_as_Adam_does_and_survives_a_restart(string kind)
    {
        ServerOptimizerOptions options = new ServerOptimizerOptions(ServerMethods.Of(kind)) { LearningRate = 0.3 }
            .With(ServerSetting.Beta1, 0.8).With(ServerSetting.Beta2, 0.95).With(ServerSetting.Tau, 1e-3)
            .With(ServerSetting.BiasCorrection, 1);
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
            v = kind == "fedAdagrad" ? v + square
                : kind == "fedAdam" ? (0.95 * v) + (0.05 * square)
                : v < square ? v + (0.05 * square) : v - (0.05 * square);
            double spread = kind == "fedAdagrad" ? v : v / (1 - Math.Pow(0.95, t));
            w += 0.3 * (m / (1 - Math.Pow(0.8, t))) / (Math.Sqrt(spread) + 1e-3);
            Assert.Equal(w, weights[0], 1e-5 * (1 + Math.Abs(w)));
        }
    }

    [Theory]
    [InlineData("fedAvg", "3f800000 c0000000 3f000000 40400000 314ccccd")]
    [InlineData("fedAvgM", "3f7588ed c00089a6 3ea75ece 403f3b5d be07c4de")]
    [InlineData("fedAdagrad", "3f703ce9 c0015476 3ea90a84 403ea4cc bd23b5f3")]
    [InlineData("fedAdam", "3f3b4854 c005aff3 be81d5fc 403a2f53 be44499a")]
    [InlineData("fedYogi", "3f3bcf30 c005cfbe be7ae97c 403a1241 be3a566f")]
    public void Every_bit_is_that_of_the_runs_there_have_been(string key, string due)
    {
        ServerOptimizer optimizer = new(
            new ServerOptimizerOptions(ServerMethods.Of(key)) { LearningRate = 0.3 }
                .With(ServerSetting.Momentum, 0.7).With(ServerSetting.Beta1, 0.8).With(ServerSetting.Beta2, 0.95)
                .With(ServerSetting.Tau, 1e-3), 5);
        float[] weights = [1, -2, 0.5f, 3, 0];
        for (int t = 0; t < 7; t++)
        {
            optimizer.Step(weights,
                [.. Enumerable.Range(0, 5).Select(i => (float)((((t * 5) + i) % 7) - 3) / 8)]);
        }

        Assert.Equal(due, string.Join(' ', weights.Select(w => $"{BitConverter.SingleToUInt32Bits(w):x8}")));
    }

    [Fact]
    public void Every_method_has_a_name_and_an_unknown_one_or_a_setting_that_it_has_not_is_refused()
    {
        Assert.Equal(["fedAvg", "fedAvgM", "fedAdagrad", "fedAdam", "fedYogi"],
            ServerMethods.All.Select(method => method.Key));
        Assert.All(ServerMethods.All, method => method.Defaults.Check());
        foreach (string unknown in new[] { "fedNova", "FedYogi", "", "3" })
        {
            Assert.Contains("fedAvg, fedAvgM, fedAdagrad, fedAdam, fedYogi",
                Assert.Throws<ArgumentException>(() => ServerMethods.Of(unknown)).Message, StringComparison.Ordinal);
        }

        ServerSetting other = new("other", 1, NumberRange.AboveZero, "something else");
        Assert.Contains("FedAdam has no setting other: it has momentum, beta1",
            Assert.Throws<ArgumentException>(() => new FedAdam().Defaults.With(other, 2)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_registration_needs_a_name_of_its_own_and_settings_that_mean_nothing_else()
    {
        ServerSetting tau = new("tau", 0.5, NumberRange.Share, "another tau");
        ServerSetting kind = new("kind", 0.5, NumberRange.Share, "no kind");
        ServerSetting wide = new("wide", 2, NumberRange.Share, "beyond its own range");
        Assert.Contains("FEDAVG already", Refused(new Bare("FEDAVG")), StringComparison.Ordinal);
        Assert.Contains("capital letter", Refused(new Bare("fed avg")), StringComparison.Ordinal);
        Assert.Contains("Other has a setting tau", Refused(new Bare("Other", tau)), StringComparison.Ordinal);
        Assert.Contains("Other has a setting kind", Refused(new Bare("Other", kind)), StringComparison.Ordinal);
        Assert.Contains("wide is 2: at least 0 and below 1", Refused(new Bare("Other", wide)),
            StringComparison.Ordinal);
        Assert.Contains("keeps 3 vectors", Refused(new Bare("Other") { Kept = 3 }), StringComparison.Ordinal);
        Assert.Equal(5, ServerMethods.All.Length);

        static string Refused(ServerMethod method) =>
            Assert.Throws<ArgumentException>(() => ServerMethods.Register(method)).Message;
    }

    private sealed class Bare(string name, params ServerSetting[] settings) : ServerMethod
    {
        public override string Name => name;

        public override string Paper => "nobody";

        public override double LearningRate => 1;

        public override ImmutableArray<ServerSetting> Settings => [.. settings];

        public int Kept { get; init; }

        public override int Moments => Kept;

        public override void Step(ServerStep step) => throw new NotSupportedException("never registered");
    }

    [Fact]
    public void An_untouched_coordinate_stays_where_it_is()
    {
        foreach (ServerMethod method in ServerMethods.All)
        {
            ServerOptimizer optimizer = new(new ServerOptimizerOptions(method) { LearningRate = 1 }, 2);
            float[] weights = [1, 1];
            optimizer.Step(weights, [0, 0.5f]);
            Assert.Equal(1, weights[0]);
            Assert.NotEqual(1, weights[1]);
        }
    }

    [Fact]
    public void Moments_survive_a_restart_and_wrong_lengths_are_refused()
    {
        ServerOptimizerOptions options = new(new FedYogi()) { LearningRate = 0.1 };
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
        Assert.Throws<ArgumentException>(() => new ServerOptimizer(options.With(ServerSetting.Beta2, 1), 2));
    }
}
