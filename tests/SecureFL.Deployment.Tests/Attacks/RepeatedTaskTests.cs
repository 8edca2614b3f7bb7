using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Transcripts;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// The same task is done twice, with one client missing: attack B2. A client makes every version itself, so that the
/// model that it would be done again on is refused; where it cannot (suite joint-key), its journal still knows that it
/// has contributed to the task.
/// </summary>
public sealed class RepeatedTaskTests
{
    private const int Victim = 1;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_task_again_or_the_same_weights_as_next_step_are_refused_with_214_before_training(
        bool countsOn)
    {
        RepeatedTask attack = new(Victim, countsOn);
        await using MaliciousServer server = new(attack, TestSession.Terms(rounds: 2));

        await server.RunAsync();

        RequireRefused(server, attack, ViolationCode.WrongModel);
    }

    [Fact]
    public async Task A_query_again_on_the_same_data_is_refused_by_the_others_with_214()
    {
        RepeatedTask attack = new(Victim);
        await using MaliciousServer server = new(attack, Queries);

        await server.RunAsync();

        RequireRefused(server, attack, ViolationCode.WrongModel);
    }

    /// <summary>The journal refuses by itself: in the joint-key suite clients cannot check the model.</summary>
    [Fact]
    public async Task Under_the_joint_key_suite_a_task_again_is_refused_by_the_others_journals_with_410()
    {
        RepeatedTask attack = new(Victim);
        await using MaliciousServer server = new(attack, TestSession.Terms(rounds: 2), JointKey);

        await server.RunAsync();

        RequireRefused(server, attack, ViolationCode.SecondContributionOnBase);
    }

    [Fact]
    public async Task Under_the_joint_key_suite_a_query_again_is_refused_by_the_others_journals_with_410()
    {
        RepeatedTask attack = new(Victim);
        await using MaliciousServer server = new(attack, Queries, JointKey);

        await server.RunAsync();

        RequireRefused(server, attack, ViolationCode.SecondContributionOnBase);
    }

    /// <summary>SECURITY.md says that the next step of B2 is open in this suite.</summary>
    [Fact]
    public async Task Under_the_joint_key_suite_the_same_weights_as_next_step_still_show_an_update()
    {
        RepeatedTask attack = new(Victim, countsOn: true);
        await using MaliciousServer server = new(attack, TestSession.Terms(rounds: 2), JointKey);

        await server.RunAsync();

        // The outcome: it succeeds but for the random choices of the steps, and nothing notices.
        Assert.Empty(server.Refusals);
        TranscriptReport report = server.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
        Assert.Equal(4, report.Rounds[0].Contributors);
        Assert.Equal(3, report.Rounds[1].Contributors);
        Assert.InRange(Correlation(server.Clients[Victim].UpdateOf(0), attack.Vector!), 0.8, 1);
    }

    private static JointKeyRequest JointKey => new(3, 2, 100);

    private static TrainingTerms Queries => TestSession.Terms(rounds: 1) with
    {
        WeightUnit = null,
        Clips = [],
        Data = PlanSamples.Terms.Data with { Scaling = ScalingKind.Federated, FixedScaling = null },
    };

    private static void RequireRefused(MaliciousServer server, RepeatedTask attack, ViolationCode code)
    {
        Refusal refusal = server.Refusals.First();
        Assert.Equal(PartyRole.Client, refusal.Party.Role);
        Assert.NotEqual(Victim, refusal.Party.Index);
        Assert.Equal(code, refusal.Code);
        Assert.Null(attack.Vector);
        Assert.All(server.Clients, client => Assert.Equal([0UL], client.Promised));
    }

    private static double Correlation(float[] a, float[] b)
    {
        double product = a.Zip(b, (x, y) => (double)x * y).Sum();
        return product / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(y => (double)y * y));
    }
}
