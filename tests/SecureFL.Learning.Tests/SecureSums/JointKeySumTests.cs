using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.Tests.RealData;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Transcripts;
using SecureFL.Rlwe.JointKey;
using SecureFL.Simulation;

namespace SecureFL.Learning.Tests.SecureSums;

/// <summary>
/// The joint-key suite sums the same integers as the one-time-key suite: nothing in a model tells which one made it.
/// </summary>
public class JointKeySumTests
{
    private static readonly ModelSpec Spec = ModelSpec.Logistic(6);

    [Fact]
    public async Task Both_suites_and_plaintext_integers_give_identical_weights()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 40, 60, 25, 80);
        await AssertSameWeights(sites, Spec, rounds: 4);
    }

    [Fact]
    public async Task Heart_disease_has_the_same_weights_under_both_suites()
    {
        await AssertSameWeights(HeartDisease.Sites(), ModelSpec.Logistic(13), rounds: 15);
    }

    [Fact]
    public async Task Seal_ciphertexts_change_no_weight()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 40, 60, 25);
        EncryptedSumOptions options = Options(3) with { Suite = Suite.JointKey };
        using EncryptedSum packed = new(options);
        using EncryptedSum seal = new(options with { Wire = WireMode.Seal });
        TrainingOutcome a = await Train(sites, Spec, packed, rounds: 2);
        TrainingOutcome b = await Train(sites, Spec, seal, rounds: 2);
        Assert.Equal(a.Model.Values, b.Model.Values);
        Assert.All(b.History,
            round => Assert.True(round.SumIsExact == true
                && round.Costs.UploadBytesPerClient > a.History[0].Costs.UploadBytesPerClient));
    }

    [Fact]
    public async Task A_key_that_has_reached_its_lifetime_is_renewed_and_the_transcript_says_so()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 40, 60, 25);
        Dictionary<string, MemoryStream> files = [];
        using EncryptedSum sum = new(Options(3) with
        {
            Suite = Suite.JointKey,
            RoundsPerKey = 2,
            Transcripts = name =>
            {
                MemoryStream file = files[name] = new MemoryStream();
                return bytes => file.Write(bytes.Span);
            },
        });
        TrainingOutcome outcome = await Train(sites, Spec, sum, rounds: 5);
        sum.Complete(ModelStamp.Of(outcome.Checkpoint.Version, outcome.Model.Values));

        Assert.All(outcome.History, round => Assert.True(round.SumIsExact));
        TranscriptReport[] reports = [.. files.Values.Select(file => TranscriptVerifier.Verify(file.ToArray()))];
        Assert.All(reports, report => Assert.True(report.IsValid && report.IsClosed, report.ToText()));

        // Plan, first version, five rounds of 7 records and their versions, the closing record, and three keys for five
        // rounds.
        TranscriptReport training = Assert.Single(reports, report => report.Rounds.Length == 5);
        Assert.Equal(1 + 1 + (5 * (1 + 3 + 1 + 2 + 1)) + 5 + 1 + 3, training.Records);
    }

    private static async Task AssertSameWeights(IReadOnlyList<FederatedSite> sites, ModelSpec spec, int rounds)
    {
        EncryptedSumOptions options = Options(sites.Count);
        using EncryptedSum oneTime = new(options);
        using EncryptedSum joint = new(options with { Suite = Suite.JointKey });
        TrainingOutcome a = await Train(sites, spec, oneTime, rounds);
        TrainingOutcome b = await Train(sites, spec, joint, rounds);
        TrainingOutcome c = await Train(sites, spec,
            new QuantizedReferenceSum(options with { Suite = Suite.JointKey }), rounds);

        Assert.Equal(a.Model.Values, b.Model.Values);
        Assert.Equal(a.Model.Values, c.Model.Values);
        Assert.All(b.History, round => Assert.True(round.SumIsExact));
        Assert.All(b.History,
            round => Assert.True(round.Costs.UploadBytesPerClient > a.History[0].Costs.UploadBytesPerClient));
    }

    private static EncryptedSumOptions Options(int sites) => new() { Sites = sites, Clip = 1f, MinClients = 3 };

    private static Task<TrainingOutcome> Train(IReadOnlyList<FederatedSite> sites, ModelSpec spec,
        ISecureSum sum, int rounds)
    {
        FederationOptions options = new()
        { Seed = 5, Stopping = new StoppingRules { Rounds = rounds }, MinimumContributors = 3 };
        GradientTrainer trainer = new(spec,
            new LocalTrainingOptions
            {
                BatchSize = 16,
                Epochs = 1,
                Optimizer = new LocalOptimizerOptions { LearningRate = 0.1f }
            });
        return new FederatedAveraging(options, sites, trainer,
            sum).RunAsync(cancellationToken: TestContext.Current.CancellationToken);
    }
}
