using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Questions;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Parties;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Clients;

/// <summary>
/// Two plans over the rows of the same hospitals: what they answered to one, they answer to another only where people
/// approved that. In every test a session is a plan of its own, and the folders of the identities outlive it.
/// </summary>
public sealed class RepeatedQuestionTests : IDisposable
{
    private static readonly ImmutableArray<QuestionKind> All = [.. Enum.GetValues<QuestionKind>()];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-repeated-");
    private int _states;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_training_on_the_same_rows_waits_for_an_approval()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1);
        await using TestSession first = await StartAsync(terms);
        Assert.All(await RunAsync(first, terms), state => Assert.Equal(RoundPhase.Ended, state.Phase));

        // Weights that begin at zero are the same whatever the seed.
        await using TestSession second = await StartAsync(terms with { Seed = 5 });
        PartyException refusal = await RefusedAsync(second, terms with { Seed = 5 }, QuestionKind.Preparation);
        Assert.Contains($"({first.PlanFile.SpokenForm})", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("training from the weights ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("leaves one site out", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("training and evaluation", refusal.Hint, StringComparison.Ordinal);
        Assert.All(await RunAsync(second, terms with { Seed = 5 }, accepted: All),
            state => Assert.Equal(RoundPhase.Ended, state.Phase));
    }

    [Fact]
    public async Task Rows_of_another_name_answer_for_themselves()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1);
        await using TestSession first = await StartAsync(terms);
        await RunAsync(first, terms);
        await using TestSession second = await StartAsync(terms);
        await RunAsync(second, terms, dataSet: "rows-of-2027");
        await using TestSession third = await StartAsync(terms);
        await RefusedAsync(third, terms, dataSet: "Rows-of-2027");
    }

    [Fact]
    public async Task Numbers_of_the_rows_are_asked_once()
    {
        TrainingTerms terms = PlanSamples.Terms with
        {
            Stopping = new StoppingRules { Rounds = 1 },
            Rounds = new RoundPolicy { OpeningGraceSeconds = 0.2 },
        };
        await using TestSession first = await StartAsync(terms);
        await RunAsync(first, terms);
        await using TestSession second = await StartAsync(terms);
        PartyException refusal = await RefusedAsync(second, terms, QuestionKind.Training, QuestionKind.Evaluation);
        Assert.Contains("the number of rows, the mean of age, the deviation of age, ", refusal.Message,
            StringComparison.Ordinal);
        Assert.Contains("questions of preparation;", refusal.Hint, StringComparison.Ordinal);
        await RunAsync(second, terms, accepted: All);
    }

    [Fact]
    public async Task Asynchronous_training_asks_for_the_update_alone_and_once()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1) with { Asynchronous = new BufferOptions() };
        QuestionGuard former = Guard(0, "rows", new byte[32]);
        await using TestSession session =
            new(terms, configure: settings => settings with { BaseVersionWindow = terms.BaseVersionWindow });
        TrainingSource synchronous = session.Source(terms, 0);
        await using AsynchronousSource source = new(synchronous, terms, 0, NullLogger.Instance);
        Assert.Equal([QuestionKind.Training], source.FirstQuestions.Select(question => question.Kind));
        float[] model = new float[VersionValues.LengthFor(terms)];
        SiteTask task = new(RoundKind.Training, new ModelStamp(0, default), model, _ => true);
        Assert.Equal(source.FirstQuestions, source.QuestionsOf(task));
        Assert.Equal(QuestionKind.Evaluation, source.QuestionsOf(task with { Kind = RoundKind.Evaluation })
            .Single().Kind);

        // A version's number is no part of the question.
        Assert.Equal(source.FirstQuestions,
            source.QuestionsOf(task with { Head = new ModelStamp(7, default) }));
        former.Claim(source.QuestionsOf(task));
        Assert.Throws<PartyException>(() => Guard(0, "rows", [.. new byte[31], 1]).Require(source.FirstQuestions));
    }

    [Fact]
    public async Task A_vector_goes_into_the_sums_of_one_plan()
    {
        float[] vector = new float[100];
        await using TestSession first = await StartAsync(null);
        await first.Service(0, new VectorSource(vector, []), State(), questions: Guard(first, 0))
            .RunAsync(only: null, once: true, Token);
        await using TestSession second = await StartAsync(null);
        PartyException refusal = await Assert.ThrowsAsync<PartyException>(() =>
            second.Service(0, new VectorSource(vector, []), State(), questions: Guard(second, 0))
                .RunAsync(only: null, once: true, Token));
        Assert.Equal(PartyRefusal.RepeatedQuestion, refusal.Code);
        vector[3] = 1;
        await second.Service(0, new VectorSource(vector, []), State(), questions: Guard(second, 0))
            .RunAsync(only: null, once: true, Token);
    }

    [Fact]
    public async Task What_is_asked_in_the_middle_of_a_session_is_refused_before_anything_is_computed()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1);
        await using TestSession first = await StartAsync(terms);
        await RunAsync(first, terms);
        await using TestSession second = await StartAsync(terms);
        UnsuspectingSource source = new(second.Source(terms, 0));
        PartyException refusal = await Assert.ThrowsAsync<PartyException>(() =>
            second.Service(0, source, State(), questions: Guard(second, 0))
                .RunAsync(only: null, once: false, Token));
        Assert.Equal(PartyRefusal.RepeatedQuestion, refusal.Code);
        Assert.False(source.WasAsked);
        Assert.Equal(0U, second.Host!.Engine.StateFor(0).Contributions);
    }

    [Fact]
    public void A_damaged_journal_and_a_name_that_is_none_are_refused()
    {
        DataQuestion question = DataQuestion.OfRows("the number of rows");
        Guard(0, "rows", new byte[32]).Claim([question]);
        string path = Directory.GetFiles(_folder.FullName, "rows.sfl", SearchOption.AllDirectories).Single();
        byte[] content = File.ReadAllBytes(path);
        content[30] ^= 1;
        File.WriteAllBytes(path, content);
        Assert.Equal(PartyRefusal.StateFolder, Assert.Throws<PartyException>(
            () => Guard(0, "rows", new byte[32]).Require([question])).Code);
        Assert.All(["", "../rows", "a b", new string('a', 65)], name => Assert.Equal(PartyRefusal.Options,
            Assert.Throws<PartyException>(() => Guard(0, name, new byte[32])).Code));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<TestSession> StartAsync(TrainingTerms? terms)
    {
        TestSession session = new(terms);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        return session;
    }

    private Task<RoundState[]> RunAsync(TestSession session, TrainingTerms terms, string dataSet = "rows",
        ImmutableArray<QuestionKind> accepted = default) => Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            Client(session, terms, i, dataSet, accepted.IsDefault ? [] : accepted)
                .RunAsync(only: null, once: false, Token)));

    private Task<PartyException> RefusedAsync(TestSession session, TrainingTerms terms,
        params ImmutableArray<QuestionKind> accepted) => RefusedAsync(session, terms, "rows", accepted);

    private async Task<PartyException> RefusedAsync(TestSession session, TrainingTerms terms, string dataSet,
        ImmutableArray<QuestionKind> accepted = default)
    {
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        PartyException? refusal = null;
        for (int i = 0; i < 4; i++)
        {
            refusal = await Assert.ThrowsAsync<PartyException>(() =>
                Client(session, terms, i, dataSet, accepted.IsDefault ? [] : accepted)
                    .RunAsync(only: null, once: false, Token));
            Assert.Equal(PartyRefusal.RepeatedQuestion, refusal.Code);
        }

        Assert.Equal(0U, session.Host!.Engine.StateFor(0).Contributions);
        return refusal!;
    }

    private ClientService Client(TestSession session, TrainingTerms terms, int index, string dataSet,
        ImmutableArray<QuestionKind> accepted) => session.Service(index, new TrainingSource(session.Plan, terms,
            terms.TrainerUnder!, TestSession.Site(terms, index), index), State(),
            questions: Guard(index, dataSet, session.Plan.Digest.ToArray(), accepted));

    private QuestionGuard Guard(TestSession session, int index) =>
        Guard(index, "rows", session.Plan.Digest.ToArray());

    private QuestionGuard Guard(int index, string dataSet, byte[] plan,
        ImmutableArray<QuestionKind> accepted = default) => new(
        _folder.CreateSubdirectory($"identity-{index}").FullName, dataSet, new(plan),
        accepted.IsDefault ? [] : accepted, NullLogger.Instance);

    private string State() => _folder.CreateSubdirectory($"state-{_states++}").FullName;

    /// <summary>Says nothing before the first round.</summary>
    private sealed class UnsuspectingSource(TrainingSource source) : IContributionSource
    {
        public bool WasAsked { get; private set; }

        public int ModelLength => source.ModelLength;

        public IReadOnlyList<DataQuestion> FirstQuestions => [];

        public IReadOnlyList<DataQuestion> QuestionsOf(SiteTask task) => source.QuestionsOf(task);

        public RoundTask? TaskOn(float[] model, int step) => source.TaskOn(model, step);

        public bool Takes(RoundKind kind) => source.Takes(kind);

        public Task<ContributionValues> CreateAsync(SiteTask task, CancellationToken cancellationToken)
        {
            WasAsked = true;
            return source.CreateAsync(task, cancellationToken);
        }
    }
}
