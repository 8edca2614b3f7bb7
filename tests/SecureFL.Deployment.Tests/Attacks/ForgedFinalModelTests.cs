using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>The end of a session is not signed: every client gets another final model.</summary>
public sealed class ForgedFinalModelTests
{
    [Fact]
    public async Task A_server_hands_every_client_another_final_model()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1);
        ForgedFinalModel attack = new(VersionValues.LengthFor(terms));
        await using MaliciousServer server = new(attack, terms);

        await server.RunAsync();

        // The outcome: it succeeds, and nothing that anybody signed speaks of these models.
        Assert.Empty(server.Refusals);
        Assert.All(server.Delivered.Index(), delivered =>
            Assert.Equal(Enumerable.Repeat((float)delivered.Index, VersionValues.LengthFor(terms)), delivered.Item));
        TranscriptReport report = server.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
    }
}
