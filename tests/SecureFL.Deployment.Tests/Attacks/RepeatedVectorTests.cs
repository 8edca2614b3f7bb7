using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Questions;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Parties;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Rlwe.Planning;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// Plain sums: a server that says of every vector that it has not come, and opens the sum all the same, wants the same
/// vectors in the next sum as well, one site left out. The difference of the two sums is that site's vector.
/// </summary>
public sealed class RepeatedVectorTests : IDisposable
{
    private const int Victim = 1;
    private const int Length = 100;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-vector-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_vector_goes_into_one_sum_whatever_the_server_says_of_it(bool jointKey)
    {
        NothingCame attack = new(Victim);
        await using TestSession session = new(null, vectorLength: Length,
            jointKey: jointKey ? new JointKeyRequest(3, 2, 100) : null)
        { Options = new EngineOptions { Tampering = attack } };
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync(rounds: 2);
        AggregationClient[] roles = [.. session.Clients().Select(client => client.Role)];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task victim = RunAsync(session, Victim, roles[Victim], stop.Token);
        int[] others = [.. Enumerable.Range(0, 4).Where(client => client != Victim)];

        await RequireRefusedAsync([.. others.Select(client => RunAsync(session, client, roles[client], Token))]);

        // People repeat the command: what was sent before is known by the folder alone.
        await RequireRefusedAsync([.. others.Select(client => RunAsync(session, client, roles[client], Token))]);
        Assert.Equal([0UL], attack.Sums.Keys);

        // Unless they have approved it.
        QuestionGuard approved = new(_folder.FullName, "rows", session.Plan.Digest, [QuestionKind.Sum],
            NullLogger.Instance);
        Task again = RunAsync(session, 0, roles[0], stop.Token, approved);
        await session.UntilAsync(state => state is { Round: 1, Contributions: 1 });
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => again);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => victim);
    }

    private static async Task RequireRefusedAsync(params Task<RoundState>[] sending)
    {
        foreach (Task<RoundState> task in sending)
        {
            PartyException refusal = await Assert.ThrowsAsync<PartyException>(() => task);
            Assert.Equal(PartyRefusal.RepeatedQuestion, refusal.Code);
            Assert.Contains("its contribution to round 0", refusal.Message, StringComparison.Ordinal);
        }
    }

    private Task<RoundState> RunAsync(TestSession session, int client, AggregationClient role,
        CancellationToken token, QuestionGuard? questions = null)
    {
        float[] vector = [.. Enumerable.Range(0, Length).Select(k => (client + 1) * 0.01f * k)];
        return session.Service(client, new VectorSource(vector, []),
                Path.Combine(_folder.FullName, $"client-{client}"), role, questions: questions)
            .RunAsync(only: null, once: true, token);
    }

    /// <summary>Says that nothing has come, and leaves one client out of the second round.</summary>
    private sealed class NothingCame(int victim) : ITampering
    {
        public ConcurrentDictionary<ulong, float[]> Sums { get; } = [];

        public T Say<T>(Party party, T honest)
            where T : class, IMessage<T> => honest is UploadState { Accepted: true } state
                ? (T)(object)new UploadState(state) { Accepted = false } : honest;

        public RoundState Tell(int client, RoundState honest)
        {
            honest.Yours = false;
            if (client == victim && honest is { Round: > 0, Phase: RoundPhase.Collecting })
            {
                honest.Phase = RoundPhase.Opening;
            }

            return honest;
        }

        public int Wanted(ulong round, int honest) => round > 0 ? honest - 1 : honest;

        public void Opened(ulong round, float[] sum, long[] counters) => Sums[round] = [.. sum];
    }
}
