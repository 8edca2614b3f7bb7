using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Transcripts;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// The end of a session is not signed: what a client takes home is what its own sums make (attack B3).
/// </summary>
public sealed class ForgedFinalModelTests
{
    private static readonly TrainingTerms Terms = TestSession.Terms(rounds: 1);

    [Fact]
    public async Task Another_final_model_is_refused_by_every_client_with_214_at_the_sessions_end()
    {
        await using MaliciousServer server = new(new ForgedFinalModel(VersionValues.LengthFor(Terms)), Terms);

        await server.RunAsync();

        Assert.All(server.Refusals, refusal =>
            Assert.Equal((PartyRole.Client, ViolationCode.WrongModel), (refusal.Party.Role, refusal.Code)));
        Assert.NotEmpty(server.Refusals);
        Assert.All(server.Delivered, Assert.Null);
        Assert.All(server.Clients, client => Assert.Equal([0UL, 1UL], client.Promised));
    }

    /// <summary>SECURITY.md says that B3 is open in this suite.</summary>
    [Fact]
    public async Task Under_the_joint_key_suite_a_server_still_hands_every_client_another_final_model()
    {
        await using MaliciousServer server =
            new(new ForgedFinalModel(VersionValues.LengthFor(Terms)), Terms, new JointKeyRequest(3, 2, 100));

        await server.RunAsync();

        // The outcome: it succeeds, and nothing that anybody signed speaks of these models.
        Assert.Empty(server.Refusals);
        Assert.All(server.Delivered.Index(), delivered =>
            Assert.Equal(Enumerable.Repeat((float)delivered.Index, VersionValues.LengthFor(Terms)), delivered.Item));
        TranscriptReport report = server.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
    }
}
