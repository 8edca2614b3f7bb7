using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Tests.Models;

/// <summary>Schedules against their formulas written out, and what they do to training.</summary>
public class RateScheduleTests
{
    [Fact]
    public void Every_course_is_its_formula()
    {
        RateSchedule step = new() { Kind = RateScheduleKind.Step, StepRounds = 3, Factor = 0.5 };
        RateSchedule cosine = new() { Kind = RateScheduleKind.Cosine, Rounds = 9, Floor = 0.1 };
        RateSchedule inverse = new() { Kind = RateScheduleKind.Inverse, Decay = 0.25 };
        RateSchedule exponential = new() { Kind = RateScheduleKind.Exponential, Rounds = 9, Floor = 0.01 };
        double[] halves = [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125];
        for (int round = 1; round <= 12; round++)
        {
            Assert.Equal(1, new RateSchedule().FactorIn(round));
            Assert.Equal(halves[round - 1], step.FactorIn(round), 1e-15);
            Assert.Equal(round >= 9 ? 0.1 : 0.1 + (0.45 * (1 + Math.Cos(Math.PI * (round - 1) / 8))),
                cosine.FactorIn(round), 1e-12);
            Assert.Equal(1 / (1 + (0.25 * (round - 1))), inverse.FactorIn(round), 1e-15);
            Assert.Equal(Math.Pow(10, -2 * Math.Min(8, round - 1) / 8.0), exponential.FactorIn(round), 1e-12);
            Assert.Equal(Math.Min(1, round / 5.0) * halves[round - 1],
                (step with { WarmUpRounds = 5 }).FactorIn(round), 1e-15);
        }
    }

    [Theory]
    [InlineData(RateScheduleKind.Step)]
    [InlineData(RateScheduleKind.Cosine)]
    [InlineData(RateScheduleKind.Inverse)]
    [InlineData(RateScheduleKind.Exponential)]
    public async Task A_round_trains_as_with_the_rate_of_that_round(RateScheduleKind kind)
    {
        RateSchedule schedule = new() { Kind = kind, StepRounds = 1, Rounds = 10, WarmUpRounds = 2 };
        Dataset data = TestRows();
        for (int round = 1; round <= 4; round++)
        {
            LocalTrainingOptions options = new()
            { Schedule = schedule, Optimizer = new LocalOptimizerOptions { LearningRate = 0.2f } };
            LocalOptimizerOptions scaled = new() { LearningRate = (float)(0.2f * schedule.FactorIn(round)) };
            float[] expected = await TrainAsync(new LocalTrainingOptions { Optimizer = scaled }, data, round);
            Assert.Equal(expected, await TrainAsync(options, data, round));
        }
    }

    [Fact]
    public void A_course_that_ends_with_the_run_takes_its_rounds()
    {
        RateSchedule open = new() { Kind = RateScheduleKind.Exponential, Floor = 0.001 };
        Assert.Equal([1, 0.1, 0.01, 0.001],
            Enumerable.Range(1, 4).Select(round => Math.Round(open.In(4).FactorIn(round), 12)));
        Assert.Equal(0.001, open.FactorIn(TrainingDefaults.Rounds), 1e-12);
        Assert.Equal(1, open.In(1).FactorIn(1));
        Assert.Equal(4, open.In(4).In(9).Rounds);
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        Assert.Contains("stepRounds is 0: at least 1",
            Assert.Throws<ArgumentException>((new RateSchedule { StepRounds = 0 }).Check).Message,
            StringComparison.Ordinal);
        Assert.Contains("factor is 2: above 0 and at most 1",
            Assert.Throws<ArgumentException>((new RateSchedule { Factor = 2 }).Check).Message,
            StringComparison.Ordinal);
        Assert.Contains("decay is NaN: at least 0",
            Assert.Throws<ArgumentException>((new RateSchedule { Decay = double.NaN }).Check).Message,
            StringComparison.Ordinal);
        Assert.Contains("floor is -1: at least 0 and at most 1",
            Assert.Throws<ArgumentException>((new RateSchedule { Floor = -1 }).Check).Message,
            StringComparison.Ordinal);
        RateSchedule endless = new() { Kind = RateScheduleKind.Exponential, Floor = 0 };
        Assert.Contains("a floor above 0", Assert.Throws<ArgumentException>(endless.Check).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(((RateSchedule)new() { Kind = (RateScheduleKind)9 }).Check);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RateSchedule().FactorIn(0));
    }

    private static async Task<float[]> TrainAsync(LocalTrainingOptions options, Dataset data, int round)
    {
        GradientTrainer trainer = new(ModelSpec.Logistic(2), options);
        LocalTrainingRequest request = new()
        {
            Global = trainer.CreateInitial(1),
            Train = data,
            Site = "a",
            SiteIndex = 0,
            Round = round,
            Seed = 1,
        };
        return (await trainer.TrainAsync(request, TestContext.Current.CancellationToken)).Weights;
    }

    private static Dataset TestRows()
    {
        Random random = new(1);
        float[] features = [.. Enumerable.Range(0, 80).Select(_ => (float)random.NextDouble() - 0.5f)];
        return new Dataset(features, [.. Enumerable.Range(0, 40).Select(i => features[2 * i] > 0 ? 1f : 0f)], 2,
            LearningTask.Binary, 2);
    }
}
