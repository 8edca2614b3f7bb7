using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// The end of a session is not signed: what a client takes home is what its own sums make (attack B3).
/// </summary>
public sealed class ForgedFinalModelTests
{
    private static readonly TrainingTerms Terms = TestSession.Terms(rounds: 1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_final_model_is_refused_by_every_client_with_214_at_the_sessions_end(bool jointKey)
    {
        await using MaliciousServer server = new(new ForgedFinalModel(VersionValues.LengthFor(Terms)), Terms,
            jointKey ? new JointKeyRequest(3, 2, 100) : null);

        await server.RunAsync();

        Assert.All(server.Refusals, refusal =>
            Assert.Equal((PartyRole.Client, ViolationCode.WrongModel), (refusal.Party.Role, refusal.Code)));
        Assert.NotEmpty(server.Refusals);
        Assert.All(server.Delivered, Assert.Null);
        Assert.All(server.Clients, client => Assert.Equal([0UL, 1UL], client.Promised));
    }
}
