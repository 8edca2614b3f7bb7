using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Rlwe.Quantization;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// What a client under error feedback adds to its next update goes by the server's word that the former one is in its
/// sum. Nobody signs that word.
/// </summary>
public sealed class UnsignedMembershipTests
{
    private const int Victim = 1;

    /// <summary>
    /// Told that its contribution was left out, a client does not add what quantisation took from it: its integers are
    /// others, by a step at most, and nobody refuses. What the server learns is a sum, as before.
    /// </summary>
    [Fact]
    public async Task A_server_that_denies_a_contribution_changes_the_next_one_by_a_step()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 2) with { ErrorFeedback = true, Rounding = Rounding.Nearest };
        OneFlip honest = OneFlip.Nothing();
        await using MaliciousServer server = new(honest, terms);
        await server.RunAsync();
        OneFlip denial = OneFlip.Of(Party.Client(Victim), "UploadState.in_sum", 0,
            (message, _) => message is UploadState { InSum: true });
        await using MaliciousServer lying = new(denial, terms);
        await lying.RunAsync();

        Assert.Equal(1, denial.Flipped);
        Assert.Empty(lying.Refusals);
        float[] due = server.Clients[Victim].UpdateOf(1);
        float[] made = lying.Clients[Victim].UpdateOf(1);
        double[] off = [.. made.Zip(due, (one, other) => Math.Abs(one - other) / server.Plan.Parameters.Step)];
        Assert.InRange(off.Max(), 0.5, 1.5);
        foreach (int client in Enumerable.Range(0, 4).Where(client => client != Victim))
        {
            Assert.Equal(server.Clients[client].UpdateOf(1), lying.Clients[client].UpdateOf(1));
        }

        Assert.NotEqual(honest.Opened[1].Sum, denial.Opened[1].Sum);
    }
}
