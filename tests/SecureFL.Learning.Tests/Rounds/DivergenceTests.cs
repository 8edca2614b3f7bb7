using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Tests.Rounds;

/// <summary>What the rounds' training losses say: diverged, still falling, or fine.</summary>
public class DivergenceTests
{
    [Theory]
    [InlineData("1,0.5,0.4", null, null)]
    [InlineData("1,0.5,5.1", 3, 3)]
    [InlineData("1,0.5,1.1", null, 3)]
    [InlineData("1,0.5,0.9", null, null)]
    [InlineData("1,1e-6,4e-2", null, null)]
    [InlineData("1,0.5,9,0.4", null, null)]
    public void Losses_that_grow_are_found(string losses, int? during, int? atTheEnd)
    {
        RoundRecord[] history = History(losses);
        Assert.Equal(during, Divergence.Find(history, ended: false)?.Round);
        Assert.Equal(atTheEnd, Divergence.Find(history, ended: true)?.Round);
        StoppingRules rules = new() { Rounds = 100 };
        Assert.Equal(during is null ? null : StopReason.Diverged, rules.Decide(history));
        Assert.Equal(atTheEnd is null ? StopReason.Rounds : StopReason.Diverged,
            (rules with { Rounds = history.Length }).Decide(history));
    }

    [Fact]
    public void Losses_that_are_no_numbers_are_found_and_named()
    {
        RoundRecord[] history = [.. History("1,0.5"),
            new RoundRecord { Round = 3, Contributors = [],
                Train = new MetricSummary { Samples = 5, Diverged = true } }];
        Assert.Equal((3, "losses are no numbers or beyond all bounds"), Divergence.Find(history, ended: false));
    }

    /// <summary>
    /// A regression that fits in its first round has no large loss to compare with; what rounding adds to a small one
    /// is no divergence.
    /// </summary>
    [Fact]
    public void A_regression_that_explains_nearly_all_has_not_diverged()
    {
        RoundRecord[] history =
            [.. History("5e-4,4e-4,9e-4").Select(record => record with { Train = record.Train! with { R2 = 0.999 } })];
        Assert.Null(Divergence.Find(history, ended: true));
        history[^1] = history[^1] with { Train = history[^1].Train! with { R2 = 0.9 } };
        Assert.NotNull(Divergence.Find(history, ended: true));
    }

    [Theory]
    [InlineData("1,0.9,0.8,0.7,0.6,0.5,0.4", 0.5556)]
    [InlineData("1,0.5,0.405,0.4045,0.404,0.4037,0.4035,0.4033", null)]
    [InlineData("1,0.5,0.4", null)]
    [InlineData("1,1e-4,9e-5,8e-5,7e-5,6e-5,5e-5", null)]
    public void A_loss_that_still_falls_is_noted_with_the_way_on(string losses, double? share)
    {
        RoundRecord[] history = History(losses);
        if (share is null)
        {
            Assert.Null(ConvergenceNote.Of(history));
            return;
        }

        Assert.Equal(share.Value, ConvergenceNote.StillFalling(history)!.Value, 1e-4);
        Assert.Equal("train loss still fell by 55.6 % in the last 5 rounds: --rounds 14 may give a better model",
            ConvergenceNote.Of(history));
        RateSchedule falling = new() { Kind = RateScheduleKind.Step, StepRounds = 1, Factor = 0.81 };
        Assert.Equal(
            "train loss still fell by 55.6 % in the last 5 rounds: "
            + "--lr-factor 0.900 --rounds 14, a rate that falls half as fast, may give a better model",
            ConvergenceNote.Of(history, falling));
    }

    private static RoundRecord[] History(string losses) =>
    [
        .. losses.Split(',').Select((loss, i) => new RoundRecord
        {
            Round = i + 1,
            Contributors = [],
            Train = new MetricSummary { Samples = 10,
                Loss = double.Parse(loss, System.Globalization.CultureInfo.InvariantCulture) },
        }),
    ];
}
