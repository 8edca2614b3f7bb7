using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// The proof that a round is dead frees its model: with a byte changed, a client or a key holder refuses it.
/// </summary>
public sealed class FlippedDeathTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(800)]
    [InlineData(3000)]
    public async Task A_wrong_proof_of_a_death_is_refused(int bit)
    {
        HonestRun honest = await HonestRun.OfAsync(Start);
        Party client = Party.Client(0);
        Party holder = Party.KeyHolder(1);

        Assert.Equal(Ending.Refused, await honest.RequireHarmlessAsync(Start,
            OneFlip.Of(client, "GetRoundDeathReply.death_certificate_message", bit), client));
        Assert.Equal(Ending.Refused, await honest.RequireHarmlessAsync(Start,
            OneFlip.Of(holder, "HolderTask.message", bit, (message, _) => message is HolderTask task
                && task.Message[0] == (byte)MessageType.RoundDeathCertificate), holder));
    }

    // The last client trains until the first round, which has all others' contributions, is dead.
    private static MaliciousServer Start(ITampering attack)
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1);
        TaskCompletionSource dead = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return new MaliciousServer(attack, terms, trainerOf: (client, trainer) =>
            client == 3 ? new SlowTrainer(trainer, dead.Task) : trainer)
        {
            Beside = async session =>
            {
                await session.UntilAsync(
                    state => state is { Round: 0, Phase: RoundPhase.Collecting, Contributions: 3 });
                await session.OperateAsync(OperationMethods.AbortRound, new RoundRequest { Round = 0 });
                dead.SetResult();
            },
        };
    }
}
