using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// A client that joined cannot tell whether metrics that it did not see end the training with the model before a sum. A
/// server may say so to it once, as the end; it cannot leave out a sum and go on.
/// </summary>
public sealed class LeftOutSumTests
{
    private const int Victim = 1;

    [Fact]
    public async Task After_a_sum_that_made_no_model_a_client_that_joined_takes_part_in_nothing_more()
    {
        LeftOutSum attack = new(Victim, leftOut: 3);
        TrainingTerms terms = TestSession.Terms(rounds: 8) with
        { Rounds = new RoundPolicy { OpeningGraceSeconds = 0.05, Contributions = 3 } };
        await using MaliciousServer server = new(attack, terms)
        { StartOf = client => client == Victim ? attack.Late : Task.CompletedTask };

        await server.RunAsync();

        Assert.Equal([new Refusal(Party.Client(Victim), ViolationCode.WrongTask)], server.Refusals);
        Assert.Empty(server.Clients[Victim].Promised);
    }

    /// <param name="victim">Who joins after it, and is alone to see the round that follows.</param>
    /// <param name="leftOut">The round whose sum makes no model.</param>
    private sealed class LeftOutSum(int victim, ulong leftOut) : ITampering
    {
        private readonly TaskCompletionSource _late = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TrainingCheckpoint? _before;

        public Task Late => _late.Task;

        public RoundState Tell(int client, RoundState honest)
        {
            if (honest.Round > leftOut && honest.Phase == RoundPhase.Collecting)
            {
                _late.TrySetResult();
                honest.Phase = client == victim ? honest.Phase : RoundPhase.Opening;
            }

            return honest;
        }

        public TrainingCheckpoint? GoOn(ulong round, Func<TrainingCheckpoint> honest)
        {
            if (round == leftOut)
            {
                return _before;
            }

            _before = honest();
            return null;
        }
    }
}
