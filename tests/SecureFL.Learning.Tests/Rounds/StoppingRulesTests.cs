using SecureFL.Learning.Metrics;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Tests.Rounds;

public class StoppingRulesTests
{
    [Fact]
    public void The_first_rule_that_holds_ends_training()
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
