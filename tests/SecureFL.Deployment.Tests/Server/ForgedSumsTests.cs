using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Rounds;
using SecureFL.Testing;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>
/// One client of four follows the protocol to the letter and contributes made-up counters. The server says so, at the
/// next start as well, and goes on where it can; it never stops for good.
/// </summary>
public sealed class ForgedSumsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-forged-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Statistics come first: sites, rows.</summary>
    [Theory]
    [InlineData(0, 1_000_000_000_000L, "step 1 of 2, statistics: a sum of 1000000000003 sites and")]
    [InlineData(1, 100_000_000_000_000L, "step 1 of 2, statistics: a sum of 4 sites and 1000000000000")]
    [InlineData(0, 1L << 59, "a sum of the counter 'prepare.0' of at most 562949953421308")]
    public async Task Forged_statistics_end_the_session_with_their_reason_and_restarts_change_nothing(int counter,
        long value, string reason)
    {
        TrainingTerms terms = Terms();
        await using TestSession session = new(terms);
        int own = RoundCounters.LayoutOf(terms.Metrics).Counters.Length;
        RoundState ended = await RunAsync(session, terms, (task, values) =>
        {
            values[own + counter] = value;
            return task.Kind == RoundKind.Preparation;
        });
        Assert.True(ended.Incomplete);
        Assert.StartsWith("round 0 was spoiled (expected ", ended.Reason, StringComparison.Ordinal);
        Assert.Contains(reason, ended.Reason, StringComparison.Ordinal);
        Assert.Contains("a client sent false numbers", ended.Reason, StringComparison.Ordinal);
        for (int start = 0; start < 2; start++)
        {
            await session.RestartAsync();
            Assert.Equal(ended, session.Host!.Engine.StateFor(-1));
        }

        Assert.True(session.Verify().IsValid);
    }

    /// <summary>Two rounds on one model whose metrics are made up: the weights are those of the true updates.</summary>
    [Fact]
    public async Task Forged_metrics_are_refused_by_name_and_training_goes_on_to_the_same_weights()
    {
        TrainingTerms terms = Terms() with { Stopping = new StoppingRules { Rounds = 2 } };
        float[][] weights = new float[2][];
        for (int forged = 0; forged < 2; forged++)
        {
            await using TestSession session = new(terms);
            RoundState ended = await RunAsync(session, terms, (task, values) =>
            {
                // After weight and clipped elements: rows, scored, diverged, four limbs of the loss, right ones.
                values[2 + 7] = 1_000_000;
                return forged == 1 && task.Kind != RoundKind.Preparation && task.Head.Version > 0;
            });
            Assert.False(ended.Incomplete);
            Assert.Equal("training has ended: all rounds are done", ended.Reason);
            using FileStream file = File.OpenRead(Path.Combine(session.Folder, "model.safetensors"));
            weights[forged] = ModelBundle.Read(file, "model").Parameters.Values;
            RoundSummary[] rounds = [.. session.Host!.Engine.Status(0).Recent
                .Where(round => round.Kind != RoundKind.Preparation)];
            Assert.All(rounds, round => Assert.Equal(RoundPhase.Opened, round.Outcome));
            string[] told = [.. rounds.SelectMany(round => round.Warnings)
                .Where(warning => warning.Contains("are not known", StringComparison.Ordinal))];
            Assert.Equal(forged * 2, told.Length);
            Assert.Equal(forged == 0, rounds[^1].Metrics.Count > 0);
            if (forged == 1)
            {
                Assert.StartsWith(
                    "the metrics of the model after training round 1 are not known: training rows: 1000", told[0],
                    StringComparison.Ordinal);
                Assert.Contains("of 110 rows are right: no rows have such counters", told[0],
                    StringComparison.Ordinal);
            }
        }

        Assert.Equal(weights[0], weights[1]);
    }

    private static TrainingTerms Terms() => TestSession.Terms(rounds: 1) with
    {
        WeightUnit = null,
        Clips = [],
        Data = PreparedData(),
    };

    private static DataTerms PreparedData() => Plans.PlanSamples.Terms.Data with
    { Scaling = ScalingKind.Federated, FixedScaling = null };

    private async Task<RoundState> RunAsync(TestSession session, TrainingTerms terms,
        Func<SiteTask, long[], bool> forge)
    {
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        string folder = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        ClientService[] clients = [.. Enumerable.Range(0, 4).Select(i => session.Service(i,
            i == 2 ? new ForgingSource(session.Source(terms, i), forge) : session.Source(terms, i),
            Path.Combine(folder, $"c{i}"), i == 2 ? session.HostileRole(i) : null))];
        RoundState[] ended = await Task.WhenAll(
            clients.Select(client => client.RunAsync(only: null, once: false, Token)));
        return ended[0];
    }
}
