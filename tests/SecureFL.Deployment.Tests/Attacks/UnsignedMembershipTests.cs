using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Rlwe.Quantization;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// What a client under error feedback adds to its next update goes by whether the former one is in its sum. Nobody
/// signs the server's word for it.
/// </summary>
public sealed class UnsignedMembershipTests
{
    private const int Victim = 1;

    /// <summary>Clients that check sums see in the certificate whether they are in them, and do not ask.</summary>
    [Fact]
    public async Task A_server_that_denies_a_contribution_changes_nothing()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 2) with { ErrorFeedback = true, Rounding = Rounding.Nearest };
        OneFlip honest = OneFlip.Nothing();
        await using MaliciousServer server = new(honest, terms);
        await server.RunAsync();
        OneFlip denial = OneFlip.Of(Party.Client(Victim), "UploadState.in_sum", 0,
            (message, _) => message is UploadState { InSum: true });
        await using MaliciousServer lying = new(denial, terms);
        await lying.RunAsync();

        Assert.Equal(0, denial.Flipped);
        Assert.Empty(lying.Refusals);
        Assert.All(Enumerable.Range(0, 4),
            client => Assert.Equal(server.Clients[client].UpdateOf(1), lying.Clients[client].UpdateOf(1)));
        Assert.Equal(honest.Opened[1].Sum, denial.Opened[1].Sum);
    }
}
