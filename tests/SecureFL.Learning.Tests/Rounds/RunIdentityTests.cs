using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;

namespace SecureFL.Learning.Tests.Rounds;

/// <summary>Checkpoints continue the run that they are of and no other.</summary>
public sealed class RunIdentityTests
{
    private static readonly ModelSpec Spec = ModelSpec.Logistic(3);
    private static readonly FederationOptions Options = new() { Stopping = new StoppingRules(), WeightUnit = 10 };

    [Fact]
    public void Every_setting_and_every_site_tells_runs_apart_and_the_stopping_rules_do_not()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 30);
        string[] digests =
        [
            Digest(Options, sites),
            Digest(Options with { Seed = 2 }, sites),
            Digest(Options with { Weighting = Weighting.Equal }, sites),
            Digest(Options with { WeightUnit = 11 }, sites),
            Digest(Options with { MaxWeight = 2 }, sites),
            Digest(Options with { AverageDecay = 0.5 }, sites),
            Digest(Options with { SitesPerRound = 2 }, sites),
            Digest(Options with { DeadlineSeconds = 2, Timing = new ConstantTiming(1, 2) }, sites),
            Digest(Options with { ErrorFeedback = true }, sites),
            Digest(Options with { Identity = "mine" }, sites),
            Digest(Options with { Clips = new TensorClips(Spec.CreateLayout(), [2]) }, sites),
            Digest(Options with { ServerOptimizer = new FedAvgM().Defaults }, sites),
            Digest(Options with { ServerOptimizer = new FedAvgM().Defaults.With(ServerSetting.Momentum, 0.5) }, sites),
            Digest(Options with { ServerOptimizer = new FedAvgM().Defaults with { LearningRate = 0.5 } }, sites),
            Digest(Options, TestData.Sites(Spec, 20, 31)),
            Digest(Options, [sites[0], sites[1] with { Name = "other" }]),
            Digest(Options, [sites[0], sites[1] with { Test = null }]),
            new BufferedAggregation(Options with { Timing = new ConstantTiming(1, 2) },
                new BufferOptions { Arrivals = 2 }, sites, Trainer(), new PlaintextSum()).RunDigest,
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(digests[0], Digest(Options with { Stopping = new StoppingRules { Rounds = 3 } }, sites));
    }

    [Fact]
    public void Names_cannot_be_put_together_to_those_of_other_sites()
    {
        FederatedSite site = TestData.Sites(Spec, 20)[0] with { Test = null };
        Assert.NotEqual(Digest(Options, [site with { Name = "a" }, site with { Name = "b:20:|c" }]),
            Digest(Options, [site with { Name = "a:20:|b" }, site with { Name = "c" }]));
    }

    private static GradientTrainer Trainer() => new(Spec, new LocalTrainingOptions());

    private static string Digest(FederationOptions options, IReadOnlyList<FederatedSite> sites) =>
        new FederatedAveraging(options, sites, Trainer(), new PlaintextSum()).RunDigest;
}
