using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// Nobody signs the end of a session: a server can end it for a client whenever it likes. The client says that it is
/// not the end of the terms; it cannot prove to others that it was told so.
/// </summary>
public sealed class EarlyEndTests
{
    private const int Victim = 1;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_end_before_the_terms_last_step_is_not_called_complete(int rounds)
    {
        EarlyEnd attack = new(Victim,
            state => state.Phase == RoundPhase.Collecting && state.Round == (ulong)rounds);
        await using MaliciousServer server = new(attack, TestSession.Terms(rounds: 3))
        { EndsWith = Victim };

        await server.RunAsync();

        Assert.False(server.Ends[Victim]!.IsComplete);
        Assert.Equal($"the server has ended it before Training {rounds} of its terms: all steps are done",
            server.Ends[Victim]!.Reason);
        Assert.NotNull(server.Delivered[Victim]);
        Assert.Equal(rounds, server.Clients[Victim].Promised.Count);
    }

    /// <summary>
    /// Who joined late tells an early end by the number of rounds; by a target or patience, which go by metrics that it
    /// did not see, it cannot.
    /// </summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(3, true)]
    public async Task A_client_that_joined_calls_an_early_end_complete_only_where_metrics_may_end_the_training(
        int patience, bool isComplete)
    {
        TrainingTerms terms = TestSession.Terms(rounds: 6) with
        {
            Stopping = new StoppingRules { Rounds = 6, Patience = patience },
            Rounds = new RoundPolicy { OpeningGraceSeconds = 0.05, Contributions = 3 },
        };
        TaskCompletionSource late = new(TaskCreationOptions.RunContinuationsAsynchronously);
        EarlyEnd attack = new(Victim, state => state.Phase == RoundPhase.Collecting, late: late);
        await using MaliciousServer server = new(attack, terms)
        {
            EndsWith = Victim,
            StartOf = client => client == Victim ? late.Task : Task.CompletedTask,
        };

        await server.RunAsync();

        Assert.Equal(isComplete, server.Ends[Victim]!.IsComplete);
        Assert.Empty(server.Clients[Victim].Promised);
    }

    /// <summary>The end of a chain that is shorter than what the client has made is none.</summary>
    [Fact]
    public async Task An_end_at_an_older_version_than_the_clients_own_is_refused_by_it_with_206()
    {
        EarlyEnd attack = new(Victim, state => state.Phase == RoundPhase.Ended, chain: 1);
        await using MaliciousServer server = new(attack, TestSession.Terms(rounds: 3));

        await server.RunAsync();

        Assert.Equal([new Refusal(Party.Client(Victim), ViolationCode.WrongHead)], server.Refusals);
    }

    /// <param name="victim">Whom the end is told.</param>
    /// <param name="when">The states that it is told in the place of.</param>
    /// <param name="chain">The version that the chain is said to end at; null for the truth.</param>
    /// <param name="late">Ends in the fourth round, which waits for the victim; null for none.</param>
    private sealed class EarlyEnd(int victim, Func<RoundState, bool> when, ulong? chain = null,
        TaskCompletionSource? late = null) : ITampering
    {
        public int Wanted(ulong round, int honest) => late is not null && round >= 3 ? 4 : honest;

        public RoundState Tell(int client, RoundState honest)
        {
            if (honest is { Round: 3, Phase: RoundPhase.Collecting })
            {
                late?.TrySetResult();
            }

            if (client == victim && when(honest))
            {
                honest.Phase = RoundPhase.Ended;
                honest.Incomplete = false;
                honest.Reason = "all steps are done";
                honest.ChainVersion = chain ?? honest.ChainVersion;
            }

            return honest;
        }
    }
}
