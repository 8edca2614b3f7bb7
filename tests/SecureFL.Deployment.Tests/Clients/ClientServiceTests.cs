using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Models;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Simulation;
using SecureFL.Storage.Clients;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;

namespace SecureFL.Deployment.Tests.Clients;

/// <summary>The client's runtime against a real server on loopback.</summary>
public sealed class ClientServiceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-client-");

    [Fact]
    public async Task Rounds_that_died_are_repeated_with_the_same_integers()
    {
        Digest undisturbed = await TrainAsync(disturb: null);
        Digest disturbed = await TrainAsync(async session =>
        {
            // Three of four contributed to round 0; it dies, and all four contribute to round 1 on the same model.
            await session.UntilAsync(state => state is { Round: 0, Phase: RoundPhase.Collecting, Contributions: 3 });
            await session.OperateAsync(OperationMethods.AbortRound, new RoundRequest { Round = 0 });
            await session.UntilAsync(state => state.Round == 1);
        });

        Assert.Equal(undisturbed, disturbed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.6)]
    public async Task Training_gives_the_weights_and_metrics_of_the_same_training_in_the_clear(double averageDecay)
    {
        const int Rounds = 4;
        TrainingTerms terms = TestSession.Terms(Rounds) with
        {
            AverageDecay = averageDecay,
            ServerOptimizer = new ServerOptimizerOptions(new FedAdam()) { LearningRate = 0.05 },
        };
        await using TestSession session = new(terms);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        ClientService[] clients =
        [
            .. Enumerable.Range(0, 4).Select(i =>
                session.Service(i, session.Source(terms, i), State())),
        ];
        Task<RoundState[]> running = Task.WhenAll(
            clients.Select(client => client.RunAsync(only: null, once: false, TestContext.Current.CancellationToken)));
        await session.UntilAsync(state => state.ModelVersion >= 2);
        await session.RestartAsync();
        RoundState[] ended = await running;

        (_, TrainingOutcome clear) = await InTheClear.TrainAsync(session, terms);
        float[][] models = await Task.WhenAll(clients.Select(async client =>
            VersionValues.Delivered(terms,
                await client.FetchModelAsync(ended[0], TestContext.Current.CancellationToken)).Values));
        Assert.All(models, model => Assert.Equal(clear.Model.Values, model));
        using FileStream published = File.OpenRead(Path.Combine(session.Folder, "model.safetensors"));
        Assert.Equal(clear.Model.Values, ModelBundle.Read(published, "model").Parameters.Values);
        Assert.Equal(averageDecay == 0, clear.Model.Values.AsSpan().SequenceEqual(clear.Checkpoint.Weights));
        Assert.Equal(
            clear.History.Select(record => record.TrainLoss!.Value),
            session.Host!.Engine.Status(0).Recent.Where(round => round.Metrics.ContainsKey("trainLoss"))
                .Select(round => round.Metrics["trainLoss"]));
    }

    [Fact]
    public async Task A_vector_is_sent_to_one_sum_and_the_client_leaves()
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        float[][] vectors =
            [.. Enumerable.Range(0, 4).Select(i => Enumerable.Range(0, 100).Select(k => (i + k) / 64f).ToArray())];
        RoundState[] states = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            session.Service(i, new VectorSource(vectors[i], []), State())
            .RunAsync(only: null, once: true, TestContext.Current.CancellationToken)));

        Assert.All(states, state => Assert.Equal(0UL, state.Round));
        await session.UntilAsync(state => state.Phase == RoundPhase.Waiting);
        float[] sum =
            [.. MemoryMarshal.Cast<byte, float>(
                File.ReadAllBytes(Path.Combine(session.Folder, "sums", "round-0.f32")))];
        for (int k = 0; k < sum.Length; k++)
        {
            Assert.Equal(vectors.Sum(vector => vector[k]), sum[k], 4 * session.Plan.Parameters.Step);
        }
    }

    [Fact]
    public async Task Whoever_closes_a_round_hears_that_it_was_accepted()
    {
        const int Rounds = 12;
        await using TestSession session = new(null);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync(Rounds);
        TestClient[] others = [.. Enumerable.Range(1, 3).Select(session.Client)];
        AggregationClient role = session.Client(0).Role;
        string folder = State();
        for (ulong round = 0; round < Rounds; round++)
        {
            RoundState state = await session.UntilAsync(
                state => state.Phase == RoundPhase.Collecting && state.Round == round);
            foreach (TestClient other in others)
            {
                await other.ContributeAsync(state);
            }

            VectorSource vector = new([.. Enumerable.Repeat(0.01f * round, 100)], []);
            RoundState sent = await session.Service(0, vector, folder, role)
                .RunAsync(only: round, once: true, TestContext.Current.CancellationToken);
            Assert.Equal(round, sent.Round);
        }

        await session.UntilAsync(state => state.Phase == RoundPhase.Waiting);
        Assert.All(session.Host!.Engine.Status(0).Recent,
            summary => Assert.Contains("hospital 0", summary.Contributors));
    }

    [Fact]
    public async Task Asked_again_with_another_vector_a_client_does_not_say_that_it_was_sent()
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        AggregationClient role = session.Client(0).Role;
        CancellationToken token = TestContext.Current.CancellationToken;
        string folder = State();
        float[] vector = [.. Enumerable.Range(0, 100).Select(i => i / 16f)];
        Task<RoundState> Send(float[] values, string state) =>
            session.Service(0, new VectorSource(values, []), state, role).RunAsync(only: 0, once: true, token);
        await Send(vector, folder);
        Assert.Equal(0UL, (await Send([.. vector], folder)).Round);
        vector[7] += 1;
        string message = (await Refusals.OfContributionAsync(() => Send(vector, folder))).Message;
        Assert.Contains("round 0 has another contribution of this client", message, StringComparison.Ordinal);

        // Another folder does not know what was sent, and does not claim to.
        message = (await Refusals.OfContributionAsync(() => Send(vector, State()))).Message;
        Assert.Contains("nothing here tells whether it was made from what was given now", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_lost_its_contribution_sits_the_round_out()
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient client = session.Client(0);
        string outbox = Path.Combine(_folder.FullName, "outbox-0");
        DurableContributions contributions = new(session.Plan, client.Role, new FileContributionOutbox(outbox));
        RoundInvitation invitation = RoundInvitation.Parse(
            (await client.Link.GetInvitationAsync(0, TestContext.Current.CancellationToken)).InvitationMessage.Span,
            session.Plan.Limits);
        contributions.Make(invitation, invitation.Base.Model, new float[100], []).Dispose();
        foreach (string file in Directory.GetFiles(outbox))
        {
            File.Delete(file);
        }

        ClientService service = session.Service(0, new VectorSource(new float[100], []),
            Path.Combine(_folder.FullName, "lost"), client.Role);
        await Refusals.OfContributionAsync(
            () => service.RunAsync(only: 0, once: true, TestContext.Current.CancellationToken));
        Assert.Equal(0U, session.Host!.Engine.StateFor(0).Contributions);
        Assert.Equal(state.Round, session.Host!.Engine.StateFor(0).Round);
    }

    [Fact]
    public async Task A_model_is_resumed_and_believed_only_under_the_digest_that_the_client_computes()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1);
        await using TestSession session = new(terms);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        using ServerLink link = session.Link(PeerRole.Client, "hospital 0");
        CancellationToken token = TestContext.Current.CancellationToken;
        float[] initial = terms.CreateBuiltInTrainer()!.CreateInitial(terms.Seed).Values;
        ModelStamp stamp = new(0, new Digest(state.ModelDigest.Span));
        string models = Path.Combine(_folder.FullName, "models");
        string draft = Path.Combine(models, stamp.Digest + ".f32.part");
        ModelDownload download = new(link, models, NullLogger.Instance);

        // Another version's number gives another digest: the server cannot pass an old model off as a new one.
        ProtocolViolationException refusal = await Assert.ThrowsAsync<ProtocolViolationException>(
            () => download.FetchAsync(stamp with { Version = 1 }, initial.Length, token));
        Assert.Equal(ViolationCode.WrongBaseVersion, refusal.Code);
        Assert.False(File.Exists(draft));

        // A draft whose beginning is not the model's is thrown away, one that is right is continued.
        await File.WriteAllBytesAsync(draft, [1, 2, 3, 4, 5], token);
        await Assert.ThrowsAsync<ProtocolViolationException>(() => download.FetchAsync(stamp, initial.Length, token));
        await File.WriteAllBytesAsync(draft, MemoryMarshal.AsBytes(initial.AsSpan())[..9].ToArray(), token);
        Assert.Equal(initial, await download.FetchAsync(stamp, initial.Length, token));

        // Kept: the next start needs no network for it.
        await session.StopServerAsync();
        Assert.Equal(initial, await download.FetchAsync(stamp, initial.Length, token));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<Digest> TrainAsync(Func<TestSession, Task>? disturb)
    {
        TrainingTerms terms = TestSession.Terms(rounds: 2);
        await using TestSession session = new(terms);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        int firstClients = disturb is null ? 4 : 3;
        List<Task<RoundState>> running =
            [.. Enumerable.Range(0, firstClients).Select(i => RunAsync(session, terms, i))];
        if (disturb is not null)
        {
            await disturb(session);
            running.Add(RunAsync(session, terms, 3));
        }

        RoundState[] ended = await Task.WhenAll(running);
        Assert.All(ended, state => Assert.Equal(RoundPhase.Ended, state.Phase));
        Assert.True(session.Verify().IsValid);
        return new Digest(ended[0].ModelDigest.Span);
    }

    private Task<RoundState> RunAsync(TestSession session, TrainingTerms terms, int index) =>
        session.Service(index, session.Source(terms, index), State())
            .RunAsync(only: null, once: false, TestContext.Current.CancellationToken);

    private string State() => Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}");
}
