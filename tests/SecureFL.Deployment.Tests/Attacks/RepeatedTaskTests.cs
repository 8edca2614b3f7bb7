using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// The same task is done twice, with one client missing: attack B2. A client contributes once to a task, whatever the
/// model; that a model follows from the sum before it is checked by nobody yet.
/// </summary>
public sealed class RepeatedTaskTests
{
    private const int Victim = 1;

    [Fact]
    public async Task A_server_that_repeats_a_task_without_one_client_is_refused_by_the_others()
    {
        RepeatedTask attack = new(Victim);
        await using MaliciousServer server = new(attack, TestSession.Terms(rounds: 2));

        await server.RunAsync();

        RequireRefused(server, attack);
    }

    [Fact]
    public async Task A_server_that_repeats_a_query_on_the_same_data_without_one_client_is_refused_by_the_others()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1) with
        {
            WeightUnit = null,
            Clips = [],
            Data = PlanSamples.Terms.Data with { Scaling = ScalingKind.Federated, FixedScaling = null },
        };
        RepeatedTask attack = new(Victim);
        await using MaliciousServer server = new(attack, terms);

        await server.RunAsync();

        RequireRefused(server, attack);
    }

    /// <summary>Nobody checks yet that a version follows from a sum.</summary>
    [Fact]
    public async Task A_server_that_calls_the_same_weights_the_next_step_reads_its_update_but_for_random_choices()
    {
        RepeatedTask attack = new(Victim, countsOn: true);
        await using MaliciousServer server = new(attack, TestSession.Terms(rounds: 2));

        await server.RunAsync();

        // The outcome: it succeeds, and nothing notices.
        Assert.Empty(server.Refusals);
        TranscriptReport report = server.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
        Assert.Equal(4, report.Rounds[0].Contributors);
        Assert.Equal(3, report.Rounds[1].Contributors);
        Assert.InRange(Correlation(server.Clients[Victim].UpdateOf(0), attack.Vector!), 0.8, 1);
    }

    private static void RequireRefused(MaliciousServer server, RepeatedTask attack)
    {
        Refusal refusal = server.Refusals.First();
        Assert.Equal(PartyRole.Client, refusal.Party.Role);
        Assert.NotEqual(Victim, refusal.Party.Index);
        Assert.Equal(ViolationCode.SecondContributionOnBase, refusal.Code);
        Assert.Null(attack.Vector);
    }

    private static double Correlation(float[] a, float[] b)
    {
        double product = a.Zip(b, (x, y) => (double)x * y).Sum();
        return product / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(y => (double)y * y));
    }
}
