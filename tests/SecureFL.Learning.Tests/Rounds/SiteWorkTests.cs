using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Tests.Rounds;

/// <summary>A deployed site does what a simulated one does, and does it again alike.</summary>
public sealed class SiteWorkTests
{
    private static readonly ModelSpec Spec = ModelSpec.Logistic(6);

    private static readonly FederatedSite Site = TestData.Sites(Spec, 60)[0];

    [Fact]
    public async Task A_task_repeated_gives_the_same_integers_and_another_one_does_not()
    {
        SiteWork work = Work(new SiteWorkOptions { Seed = 5, Clip = 1f });
        SiteContribution once = await TrainAsync(work, task: 3);
        SiteContribution again = await TrainAsync(work, task: 3);
        SiteContribution other = await TrainAsync(work, task: 4);

        Assert.Equal(once.Update, again.Update);
        Assert.Equal(once.Counters, again.Counters);
        Assert.NotEqual(once.Update, other.Update);
        Assert.Equal(SiteWork.RoundingSeed(5, 3, 1), SiteWork.RoundingSeed(5, 3, 1));
        Assert.NotEqual(SiteWork.RoundingSeed(5, 3, 1), SiteWork.RoundingSeed(5, 3, 2));
        Assert.NotEqual(SiteWork.RoundingSeed(5, 3, 1), SiteWork.RoundingSeed(5, 4, 1));
    }

    [Fact]
    public async Task The_weight_is_capped_and_scales_the_update()
    {
        SiteContribution plain = await TrainAsync(Work(new SiteWorkOptions()), task: 1);
        SiteWork capped = Work(new SiteWorkOptions { MaxWeight = 0.5 });
        SiteContribution half = await TrainAsync(capped, task: 1);
        SiteContribution equal = await TrainAsync(Work(new SiteWorkOptions { Weighting = Weighting.Equal }), task: 1);

        Assert.Equal(60, Work(new SiteWorkOptions()).Counters.Weight(plain.Counters));
        Assert.Equal(15, capped.Counters.Weight(half.Counters));
        Assert.Equal(1, capped.Counters.Weight(equal.Counters));
        Assert.Equal(plain.Update[0] * 15 / 60, half.Update[0], 1e-6);
    }

    [Fact]
    public async Task An_evaluation_counts_the_same_rows_without_an_update()
    {
        SiteWork work = Work(new SiteWorkOptions());
        SiteContribution evaluated = await work.EvaluateAsync(Site, 0, Trainer().CreateInitial(1),
            TestContext.Current.CancellationToken);

        Assert.Empty(evaluated.Update);
        Assert.Equal(0, work.Counters.Weight(evaluated.Counters));
        Assert.Equal(60, work.Counters.Train(evaluated.Counters).Samples);
        Assert.Equal(Site.Test!.Count, work.Counters.Test(evaluated.Counters).Samples);
        Assert.Throws<ArgumentException>(() => work.Counters.Weight(evaluated.Counters.AsSpan(1)));
    }

    private static GradientTrainer Trainer() => new(Spec, new LocalTrainingOptions { BatchSize = 8 });

    private static SiteWork Work(SiteWorkOptions options) => new(Trainer(), options);

    private static Task<SiteContribution> TrainAsync(SiteWork work, int task)
    {
        ModelParameters initial = Trainer().CreateInitial(1);
        return work.TrainAsync(Site, 1, initial, initial, task, weightUnit: 30,
            cancellationToken: TestContext.Current.CancellationToken);
    }
}
