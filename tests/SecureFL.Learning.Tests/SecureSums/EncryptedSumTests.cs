using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Transcripts;
using SecureFL.Simulation;

namespace SecureFL.Learning.Tests.SecureSums;

/// <summary>Whole runs through the roles of the protocol against the same runs in plaintext integers.</summary>
public class EncryptedSumTests
{
    private static readonly ModelSpec Spec = ModelSpec.Logistic(6);

    [Fact]
    public async Task Encrypted_and_quantised_plaintext_runs_give_identical_weights()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 40, 60, 25, 80);
        EncryptedSumOptions options = Options(sites.Count);
        using EncryptedSum encrypted = new(options);
        TrainingOutcome a = await Train(sites, encrypted, 1);
        TrainingOutcome b = await Train(sites, new QuantizedReferenceSum(options), 1);
        Assert.Equal(b.Model.Values, a.Model.Values);
        Assert.Equal(b.Test.Values.ToArray(), a.Test.Values.ToArray());
        Assert.All(a.History, round => Assert.True(round.SumIsExact));
        Assert.All(a.History, round => Assert.Equal(4, round.Contributors.Length));
        Assert.All(a.History,
            round => Assert.True(round.Costs.UploadBytesPerClient > 0 && round.Costs.KeyHolderBytes > 0));
        Assert.NotEqual(a.Model.Values, (await Train(sites, new QuantizedReferenceSum(options), 2)).Model.Values);
    }

    [Fact]
    public async Task One_seed_twice_gives_equal_weights_and_different_ciphertexts()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 40, 60, 25);
        Recorder first = new();
        Recorder second = new();
        using EncryptedSum one = new(Options(3) with { Uploads = first.Store });
        using EncryptedSum two = new(Options(3) with { Uploads = second.Store });
        TrainingOutcome a = await Train(sites, one, 7);
        TrainingOutcome b = await Train(sites, two, 7);
        Assert.Equal(a.Model.Values, b.Model.Values);
        string[] chunks = [.. first.Chunks, .. second.Chunks];
        Assert.True(first.Chunks.Count >= 3 * 5);
        Assert.Equal(first.Chunks.Count, second.Chunks.Count);
        Assert.Equal(chunks.Length, chunks.Distinct().Count());
    }

    [Fact]
    public async Task Every_session_leaves_a_transcript_that_verifies_and_names_the_final_model()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 40, 60, 25);
        Dictionary<string, MemoryStream> files = [];
        using EncryptedSum sum = new(Options(3) with
        {
            Transcripts = name =>
            {
                MemoryStream file = files[name] = new MemoryStream();
                return bytes => file.Write(bytes.Span);
            },
        });
        TrainingOutcome outcome = await Train(sites, sum, 1);
        ModelStamp final = ModelStamp.Of(outcome.Checkpoint.Version, outcome.Model.Values);
        sum.Complete(final);
        // Row counts, training, the evaluation at the end, and its scores in finer bins.
        Assert.Equal(4, files.Count);
        TranscriptReport[] reports = [.. files.Values.Select(file => TranscriptVerifier.Verify(file.ToArray()))];
        Assert.All(reports, report => Assert.True(report.IsValid && report.IsClosed, report.ToText()));
        Assert.Contains(reports, report => report.Rounds.Length == 5 && report.ModelVersions == 6);
        Assert.Contains(files.Values, file => file.ToArray().AsSpan().IndexOf(final.Digest.ToArray()) >= 0);
    }

    [Fact]
    public async Task Asynchronous_rounds_reach_back_in_the_chain_and_resume_to_the_same_weights()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 40, 60, 25, 30, 30);
        EncryptedSumOptions options = Options(sites.Count) with { BaseVersionWindow = 21 };
        FederationOptions federation = new()
        {
            Stopping = new StoppingRules { Rounds = 12 },
            MinimumContributors = 3,
            Timing = new ConstantTiming([7, 1, 1.5, 1.1, 1]),
        };
        BufferOptions buffer = new() { Arrivals = 3 };
        GradientTrainer trainer = Trainer();
        using EncryptedSum encrypted = new(options);
        Keeper keeper = new(6);
        TrainingOutcome whole = await new BufferedAggregation(federation, buffer, sites, trainer,
            encrypted).RunAsync(observer: keeper, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains(whole.History, round => round.MeanStaleness > 0);
        Assert.All(whole.History, round => Assert.True(round.SumIsExact));
        TrainingOutcome plain = await new BufferedAggregation(federation, buffer, sites, trainer,
            new QuantizedReferenceSum(options))
            .RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(plain.Model.Values, whole.Model.Values);
        using EncryptedSum again = new(options);
        TrainingOutcome resumed = await new BufferedAggregation(federation, buffer, sites, trainer, again)
            .RunAsync(keeper.Kept, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(whole.Model.Values, resumed.Model.Values);
    }

    [Fact]
    public async Task Preparation_sums_carry_wide_and_many_counters()
    {
        long[][] counters =
            [
                .. Enumerable.Range(1, 3).Select(
                    site => Enumerable.Range(0, 5000).Select(i => ((1L << 46) + (site * i)) * (i % 2 == 0 ? 1 : -1))
                        .ToArray())];
        using EncryptedSum sum = new(Options(3));
        long[] totals = await FederatedPreparation.SumCountersAsync(sum, ["a", "b", "c"], counters, 47, 1,
            TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => counters.Sum(site => site[i])), totals);
        Assert.Equal(2, sum.Plans.Count);
    }

    [Fact]
    public async Task Two_sites_are_refused_because_each_would_see_the_other()
    {
        using EncryptedSum sum = new(Options(2) with { MinClients = 2 });
        PlanRefusedException refused =
            await Assert.ThrowsAsync<PlanRefusedException>(
                () => Train(TestData.Sites(Spec, 40, 60), sum, 1, minimum: 2));
        Assert.Equal("n_min >= f_c+2", refused.Rule);
    }

    private static EncryptedSumOptions Options(int sites) =>
        new() { Sites = sites, Clip = 1f, Clock = TimeProvider.System };

    private static GradientTrainer Trainer() =>
        new(Spec, new LocalTrainingOptions
        { BatchSize = 8, Steps = 5, Optimizer = new LocalOptimizerOptions { LearningRate = 0.1f } });

    private static Task<TrainingOutcome> Train(IReadOnlyList<FederatedSite> sites, ISecureSum sum, ulong seed,
        int minimum = 3) =>
        new FederatedAveraging(new FederationOptions
        { Seed = seed, Stopping = new StoppingRules { Rounds = 5 }, MinimumContributors = minimum }, sites,
            Trainer(), sum)
            .RunAsync(cancellationToken: TestContext.Current.CancellationToken);

    private sealed class Recorder
    {
        public List<string> Chunks { get; } = [];

        public Recording Store(string session, ulong round) => new Recording(Chunks);
    }

    internal sealed class Recording(List<string> chunks) : IContributionStore
    {
        private readonly InMemoryContributionStore _store = new();

        public void Write(int client, long chunk, ReadOnlySpan<byte> packed)
        {
            chunks.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(packed)));
            _store.Write(client, chunk, packed);
        }

        public void Read(int client, long chunk, Span<byte> packed) => _store.Read(client, chunk, packed);

        public void Remove(int client) => _store.Remove(client);
    }

    private sealed class Keeper(int version) : IRunObserver
    {
        public TrainingCheckpoint? Kept { get; private set; }

        public ValueTask OnCheckpointAsync(TrainingCheckpoint checkpoint, CancellationToken cancellationToken)
        {
            Kept = checkpoint.Version == version ? checkpoint : Kept;
            return ValueTask.CompletedTask;
        }

        public ValueTask OnRoundAsync(RoundRecord record, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;
    }
}
