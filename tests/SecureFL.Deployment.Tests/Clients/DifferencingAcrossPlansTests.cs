using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Questions;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Parties;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Testing;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Clients;

/// <summary>
/// A round is spoiled for everybody but the server, which has a helper: a client that sent garbage and gives the server
/// what it left out, or a key holder that released a false share and gives the server the true one. The roles' test,
/// <c>Protocol: Attacks/DifferencingAfterSpoiledRoundTests</c>, shows that the server then has the sum, and would have
/// a site by a new plan from the same weights without it. Here clients with the journal of their rows are asked for
/// that second sum. They refuse it, whichever way the first one was spoiled: what counts is that they answered.
/// </summary>
public sealed class DifferencingAcrossPlansTests : IDisposable
{
    private const int Victim = 0;
    private const int Helper = 3;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-differencing-");
    private int _states;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_spoiled_round_nobody_answers_a_plan_without_one_site(bool approved)
    {
        TrainingTerms terms = TestSession.Terms(rounds: 2);
        ModelParameters model;
        await using (TestSession first = await StartAsync(terms, clients: 4))
        {
            RoundState[] ended = await Task.WhenAll(
                Enumerable.Range(0, 4).Select(i => RunAsync(first, terms, i, i, garbage: i == Helper)));
            Assert.All(ended, state =>
                Assert.StartsWith("round 1 was spoiled (", state.Reason, StringComparison.Ordinal));
            using FileStream file = File.OpenRead(Path.Combine(first.Folder, "model.safetensors"));
            model = ModelBundle.Read(file, "model").Parameters;
        }

        // The guide's way on: a new plan from the model of the last good round. One site is missing in it.
        terms = terms with
        {
            Model = terms.Model with { InitialWeights = ModelStamp.Of(0, model.Values).Digest },
        };
        await using TestSession second = await StartAsync(terms, clients: 3, model);
        ImmutableArray<QuestionKind> accepted = approved ? [QuestionKind.Training, QuestionKind.Evaluation] : [];
        int[] others = [.. Enumerable.Range(0, 4).Where(i => i != Victim)];
        Task<RoundState>[] asked = [.. others.Select((identity, i) =>
            RunAsync(second, terms, i, identity, accepted))];
        if (approved)
        {
            // People who know who is missing may have it so.
            Assert.All(await Task.WhenAll(asked), state => Assert.Equal(RoundPhase.Ended, state.Phase));
            return;
        }

        foreach (Task<RoundState> client in asked)
        {
            PartyException refusal = await Assert.ThrowsAsync<PartyException>(() => client);
            Assert.Equal(PartyRefusal.RepeatedQuestion, refusal.Code);
            Assert.Contains("training from the weights ", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0U, second.Host!.Engine.StateFor(0).Contributions);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<TestSession> StartAsync(TrainingTerms terms, int clients,
        ModelParameters? initial = null)
    {
        TestSession session = new(terms, clients) { InitialModel = initial };
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        return session;
    }

    // The same people's rows and folder, whatever number a plan gives them.
    private Task<RoundState> RunAsync(TestSession session, TrainingTerms terms, int index, int identity,
        ImmutableArray<QuestionKind> accepted = default, bool garbage = false)
    {
        QuestionGuard guard = new(_folder.CreateSubdirectory($"identity-{identity}").FullName, "rows",
            session.Plan.Digest, accepted.IsDefault ? [] : accepted, NullLogger.Instance);
        TrainingSource source = new(session.Plan, terms, terms.TrainerUnder!, TestSession.Site(terms, identity), index);
        ClientService service = session.Service(index, garbage ? SpoilingTheSecondRound(source, session.Plan) : source,
            _folder.CreateSubdirectory($"state-{_states++}").FullName, garbage ? session.HostileRole(index) : null,
            questions: guard);
        return service.RunAsync(only: null, once: false, Token);
    }

    // By counters that no rows have.
    private static ForgingSource SpoilingTheSecondRound(TrainingSource source, AggregationPlan plan) =>
        new(source, (task, counters) =>
        {
            counters[0] = 5 * plan.Settings.Counters.Counters[0].MaxMagnitude;
            return task.Head.Version > 0;
        });
}
