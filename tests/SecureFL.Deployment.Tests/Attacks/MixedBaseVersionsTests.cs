using System.Collections.Immutable;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// In asynchronous rounds contributions stand on any of the last versions: which ones, and what these versions are, is
/// the server's choice.
/// </summary>
public sealed class MixedBaseVersionsTests
{
    private const int Victim = 3;

    [Fact]
    public async Task A_server_that_has_all_but_one_client_stand_on_a_dead_model_reads_the_ones_update()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 2) with
        {
            Model = ModelTerms.Of(ModelSpec.Logistic(TestSession.Terms().Model.Inputs) with { Hidden = [4] }),
            Asynchronous = new BufferOptions { Arrivals = 3, MaxStaleness = 2 },
        };
        MixedBaseVersions attack = new(Victim, DeadWeights(terms.Layout), clients: 4);
        await using MaliciousServer server = new(attack, terms, trainerOf: (client, trainer) =>
            client == Victim ? new SlowTrainer(trainer, attack.Mixed) : trainer);

        await server.RunAsync();

        // The outcome: in a sum of four all but the output's bias, which the others' labels move, is the victim's.
        Assert.Empty(server.Refusals);
        TranscriptReport report = server.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
        Assert.Equal([3, 4], report.Rounds.Take(2).Select(round => round.Contributors));
        int bias = terms.Layout.Tensors[^1].Offset;
        Assert.Equal(server.Clients[Victim].UpdateOf(1)[..bias], attack.Learned![..bias]);
        Assert.Contains(attack.Learned[..bias], value => value != 0);
    }

    /// <summary>Hidden units that are off for all rows: no weight but the output's bias has a gradient.</summary>
    private static ImmutableArray<float> DeadWeights(ModelLayout layout)
    {
        float[] weights = new float[layout.Length];
        TensorSlot hidden = layout.Tensors[1];
        weights.AsSpan(hidden.Offset, hidden.Length).Fill(-1);
        return [.. weights];
    }
}
