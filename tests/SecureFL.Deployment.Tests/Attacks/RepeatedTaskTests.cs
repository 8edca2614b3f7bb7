using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Messages.Violations;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// The same task is done twice, with one client missing: attack B2. A client makes every version itself, so that the
/// model that it would be done again on is refused.
/// </summary>
public sealed class RepeatedTaskTests
{
    private const int Victim = 1;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_task_again_or_the_same_weights_as_next_step_are_refused_with_214_before_training(
        bool countsOn, bool jointKey)
    {
        RepeatedTask attack = new(Victim, countsOn);
        await using MaliciousServer server = new(attack, TestSession.Terms(rounds: 2), jointKey ? JointKey : null);

        await server.RunAsync();

        RequireRefused(server, attack, ViolationCode.WrongModel);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_query_again_on_the_same_data_is_refused_by_the_others_with_214(bool jointKey)
    {
        RepeatedTask attack = new(Victim);
        await using MaliciousServer server = new(attack, Queries, jointKey ? JointKey : null);

        await server.RunAsync();

        RequireRefused(server, attack, ViolationCode.WrongModel);
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
}
