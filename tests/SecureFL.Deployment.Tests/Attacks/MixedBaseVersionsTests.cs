using System.Collections.Immutable;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// In asynchronous rounds contributions stand on any of the last versions: which ones is the server's choice, what they
/// are is not (attack B4).
/// </summary>
public sealed class MixedBaseVersionsTests
{
    private const int Victim = 3;

    private static readonly TrainingTerms Terms = TestSession.Terms(rounds: 2) with
    {
        Model = ModelTerms.Of(ModelSpec.Logistic(TestSession.Terms().Model.Inputs) with { Hidden = [4] }),
        Asynchronous = new BufferOptions { Arrivals = 3, MaxStaleness = 2 },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dead_model_for_all_but_one_client_is_refused_by_the_clients_with_214_before_they_stand_on_it(
        bool jointKey)
    {
        MixedBaseVersions attack = new(Victim, DeadWeights(Terms.Layout), clients: 4);
        await using MaliciousServer server = Server(attack, jointKey ? new JointKeyRequest(3, 2, 100) : null);

        await server.RunAsync();

        Assert.NotEmpty(server.Refusals);
        Assert.All(server.Refusals, refusal =>
            Assert.Equal((PartyRole.Client, ViolationCode.WrongModel), (refusal.Party.Role, refusal.Code)));
        Assert.Null(attack.Learned);
        Assert.All(server.Clients.Take(Victim), client => Assert.Equal([0UL], client.Promised));
    }

    private static MaliciousServer Server(MixedBaseVersions attack, JointKeyRequest? jointKey) =>
        new(attack, Terms, jointKey, (client, trainer) =>
            client == Victim ? new SlowTrainer(trainer, attack.Mixed, attack.Begin) : trainer);

    /// <summary>Hidden units that are off for all rows: no weight but the output's bias has a gradient.</summary>
    private static ImmutableArray<float> DeadWeights(ModelLayout layout)
    {
        float[] weights = new float[layout.Length];
        TensorSlot hidden = layout.Tensors[1];
        weights.AsSpan(hidden.Offset, hidden.Length).Fill(-1);
        return [.. weights];
    }
}
