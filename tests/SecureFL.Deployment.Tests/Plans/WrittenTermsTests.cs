using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Deployment.Tests.Plans;

/// <summary>Terms of version 3 keep their bytes: plans that hold their digests are signed and in use.</summary>
public sealed class WrittenTermsTests
{
    [Fact]
    public void Every_member_is_where_it_was()
    {
        TrainingTerms terms = PlanSamples.Terms with
        {
            ClassWeights = ClassWeighting.Balanced,
            WeightUnit = 12.5,
            MaxWeight = 3,
            Clips = [0.5f],
            AverageDecay = 0.25,
            SitesPerRound = 3,
            Rounding = Rounding.Nearest,
            ErrorFeedback = true,
            ScaleTargets = false,
            ServerOptimizer = new ServerOptimizerOptions(new FedYogi()) { LearningRate = 0.05 }
                .With(ServerSetting.Momentum, 0.5).With(ServerSetting.Beta1, 0.8).With(ServerSetting.Beta2, 0.95)
                .With(ServerSetting.Tau, 0.001).With(ServerSetting.BiasCorrection, 1),
        };
        Digest("20476514786277ebc89c31065bdc26d165d0dea17e7c6d47d7e45fa487f4c281", terms);
        Digest("c8f745b972ac747d38cc7fde4f99b2960b7df4a644b348b7df34ef2164a5e465", PlanSamples.Terms with
        { Weighting = Weighting.Equal, Asynchronous = new BufferOptions { Arrivals = 3 } });
        Digest("87cd56d26b93f995b3608ea009cfc43394bc9bbf109fd1c858d97e6926ca5ca3",
            TrainingDescription.Default.Settle(DataFacts.Of(PlanSamples.Schema)));
    }

    [Theory]
    [InlineData("fedAvg", "2345c9133fc0dcfc101994218300436261e5107efaba6e0b6b7ee52ba3d9bc2f")]
    [InlineData("fedAvgM", "2d923439ba41b0f92b91727fc45fae447e9a425d537356df856391b02e55b7ec")]
    [InlineData("fedAdagrad", "07a3a7ea416dadc97043a54b91240780c3611d079d71b6140dfd4ff06a714836")]
    [InlineData("fedAdam", "d2c45836c136bca98b3f1d0456f9d333f1d137fff89be655c1583d35248175bd")]
    [InlineData("fedYogi", "3ec7558f0b5be01b3c2ff577552e490ef9bea70916b203e12fa699b6a82eedfe")]
    public void Every_server_optimiser_is_spelled_as_it_was(string key, string digest) =>
        Digest(digest, PlanSamples.Terms with { ServerOptimizer = ServerMethods.Of(key).Defaults });

    private static void Digest(string due, TrainingTerms terms)
    {
        Assert.Equal(due, terms.Digest.ToString());
        Assert.Equal(due, TrainingTerms.Parse(terms.ToBytes()).Digest.ToString());
    }
}
