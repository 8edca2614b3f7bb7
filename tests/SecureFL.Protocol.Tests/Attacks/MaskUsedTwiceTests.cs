using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>Two messages under one mask differ by exactly Delta (m - m').</summary>
public sealed class MaskUsedTwiceTests
{
    [Fact]
    public void A_client_makes_one_contribution_a_round_across_restarts()
    {
        using Scenario scenario = new(configure: s => s with { AllowEarlyResubmission = true });
        RoundInvitation round = scenario.OpenRound();
        InMemoryLedgerStorage journal = new();
        scenario.StartClient(0, journal).Encrypt(round, scenario.Vector(0));

        Violation.Expect(ViolationCode.DuplicateContribution,
            () => scenario.StartClient(0, journal).Encrypt(round, scenario.Vector(1)));
    }

    [Fact]
    public void A_stream_gives_each_chunk_and_the_header_once()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        using ContributionStream stream = scenario.Clients[0].CreateContribution(round, round.Base.Model);
        Assert.Throws<InvalidOperationException>(() => stream.CreateHeader());
        stream.CreateChunk(scenario.Vector(0), []);
        Assert.Throws<InvalidOperationException>(() => stream.CreateChunk(scenario.Vector(1), []));
        stream.CreateHeader();
        Assert.Throws<ObjectDisposedException>(() => stream.CreateHeader());
        Assert.ThrowsAny<InvalidOperationException>(() => stream.CreateChunk(scenario.Vector(1), []));
    }

    [Fact]
    public void The_encryptor_below_uses_a_mask_once()
    {
        using Scenario scenario = new();
        using ContributionEncryptor encryptor = new(scenario.Plan.Parameters, new byte[32], SystemEntropy.Instance);
        byte[] packed = new byte[scenario.Plan.Parameters.ChunkBytes];
        encryptor.EncryptChunk(0, scenario.Vector(0), [], packed);

        Assert.Throws<InvalidOperationException>(() => encryptor.EncryptChunk(0, scenario.Vector(1), [], packed));
    }

    [Fact]
    public void A_value_that_is_not_finite_is_found_before_the_round_is_claimed()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        float[] vector = scenario.Vector(0);
        vector[17] = float.NaN;

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => scenario.Clients[0].Encrypt(round, vector));
        Assert.Contains("17", refusal.Message, StringComparison.Ordinal);
        scenario.Contribute(round, 0);
    }
}
