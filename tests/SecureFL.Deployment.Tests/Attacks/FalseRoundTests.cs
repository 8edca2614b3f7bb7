using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>A number of a round that nobody signed decides nothing about a contribution that is stored.</summary>
public sealed class FalseRoundTests
{
    private static readonly Party Victim = Party.Client(1);

    /// <summary>
    /// Told once that its contribution is accepted, and then of a later round, a client keeps the contribution, and
    /// sends it when it hears the truth.
    /// </summary>
    [Fact]
    public async Task A_stored_contribution_outlives_a_false_number_of_a_round()
    {
        HonestRun honest = await HonestRun.OfAsync(flip => Start(flip, Task.CompletedTask, Task.CompletedTask));
        TaskCompletionSource stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource misled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        OneFlip flip = new(Victim, (message, _) => message switch
        {
            UploadState state when stored.TrySetResult() => new UploadState(state) { Accepted = true },
            RoundState state when stored.Task.IsCompleted && misled.TrySetResult() =>
                new RoundState(state) { Round = 5 },
            _ => null,
        });

        Ending ending = await honest.RequireHarmlessAsync(
            flip => Start(flip, stored.Task, AfterAsync(misled.Task)), flip, Victim);

        Assert.Equal(2, flip.Flipped);
        Assert.Equal(Ending.Ended, ending);
    }

    private static async Task AfterAsync(Task misled)
    {
        await misled;
        await Task.Delay(TimeSpan.FromSeconds(0.5), TestContext.Current.CancellationToken);
    }

    // Every contribution is news for the victim: the third client's is told wrong, the last one's is not.
    private static MaliciousServer Start(ITampering attack, Task third, Task last)
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1);
        return new MaliciousServer(attack, terms, trainerOf: (client, trainer) => client switch
        {
            2 => new SlowTrainer(trainer, third),
            3 => new SlowTrainer(trainer, last),
            _ => trainer,
        });
    }
}
