using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Questions;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Roles;
using SecureFL.Storage.Clients;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Clients;

/// <summary>
/// A site that withdraws sends nothing of the round any more, whatever its processes are at, and whether the server
/// heard of it or not.
/// </summary>
public sealed class WithdrawalTests : IDisposable
{
    private const int Length = 300_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-withdrawal-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Outbox => Path.Combine(_folder.FullName, "outbox");

    [Fact]
    public async Task A_client_that_trains_meanwhile_makes_nothing()
    {
        await using TestSession session = await CollectingAsync();
        AggregationClient role = session.Client(0).Role;
        GatedSource source = new();
        Task<RoundState> running = session.Service(0, source, _folder.FullName, role)
            .RunAsync(only: 0, once: true, Token);
        await source.Entered.Task.WaitAsync(Token);
        FileContributionOutbox.Withdraw(Outbox, 0);
        source.Gate.SetResult();
        await Refusals.OfContributionAsync(() => running);
        AssertNothingCame(session);
        Assert.Null(role.ClaimOf(0));

        // Another process of the site, later.
        await Refusals.OfContributionAsync(
            () => session.Service(0, source, _folder.FullName, role).RunAsync(only: 0, once: true, Token));
        AssertNothingCame(session);
    }

    [Fact]
    public async Task A_contribution_that_is_stored_is_not_sent()
    {
        await using TestSession session = await CollectingAsync();
        TestClient client = session.Client(0);
        (await MakeAsync(session, client)).Dispose();
        FileContributionOutbox.Withdraw(Outbox, 0);
        DurableContributions contributions = new(session.Plan, client.Role, new FileContributionOutbox(Outbox));
        Assert.Equal(ContributionState.Withdrawn, contributions.StateOf(0));
        Assert.Throws<ContributionWithdrawnException>(() => contributions.Require(0));
        await Refusals.OfContributionAsync(
            () => session.Service(0, new VectorSource(new float[Length], []), _folder.FullName, client.Role)
                .RunAsync(only: 0, once: true, Token));
        AssertNothingCame(session);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    public async Task An_upload_under_way_stops_before_its_next_message(int allowed)
    {
        await using TestSession session = await CollectingAsync();
        TestClient client = session.Client(0);
        using StoredContribution stored = await MakeAsync(session, client);

        // -1: everything but the header that would complete it.
        long looks = allowed >= 0 ? allowed : stored.ChunkCount + 1;
        SecureFL.Client.Rounds.ContributionUpload upload = new(client.Link, NullLogger.Instance);
        await Assert.ThrowsAsync<ContributionWithdrawnException>(
            () => upload.SendAsync(stored,
                () => _ = looks-- > 0 ? 0 : throw new ContributionWithdrawnException(0), Token));
        Assert.Equal(0U, session.Host!.Engine.StateFor(0).Contributions);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void AssertNothingCame(TestSession session)
    {
        Assert.Equal(0U, session.Host!.Engine.StateFor(0).Contributions);
        Assert.Equal(0UL, session.Host!.Engine.Status(0).Clients[0].Chunks);
    }

    private async Task<StoredContribution> MakeAsync(TestSession session, TestClient client)
    {
        RoundInvitation invitation = RoundInvitation.Parse(
            (await client.Link.GetInvitationAsync(0, Token)).InvitationMessage.Span, session.Plan.Limits);
        return new DurableContributions(session.Plan, client.Role, new FileContributionOutbox(Outbox)).Make(invitation,
            invitation.Base.Model, new float[Length], []);
    }

    private static async Task<TestSession> CollectingAsync()
    {
        TestSession session = new(null, vectorLength: Length);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        return session;
    }

    private sealed class GatedSource : IContributionSource
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int ModelLength => 0;

        public RoundTask? TaskOn(float[] model, int step) => default(RoundTask);

        public IReadOnlyList<DataQuestion> FirstQuestions => [];

        public IReadOnlyList<DataQuestion> QuestionsOf(SiteTask task) => [];

        public bool Takes(RoundKind kind) => true;

        public async Task<ContributionValues> CreateAsync(SiteTask task, CancellationToken cancellationToken)
        {
            Entered.TrySetResult();
            await Gate.Task.WaitAsync(cancellationToken);
            return new ContributionValues(new float[Length], [], null);
        }
    }
}
