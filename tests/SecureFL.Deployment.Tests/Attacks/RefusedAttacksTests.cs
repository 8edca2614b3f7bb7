using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Server.Rounds;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>Attacks that a client or a key holder refuses: who, and with which code.</summary>
public sealed class RefusedAttacksTests
{
    private const int Victim = 1;

    private static TrainingTerms Terms => TestSession.Terms(rounds: 2);

    [Fact]
    public Task Other_weights_under_the_digest_of_a_version_are_refused_by_the_client() => RequireRefusedAsync(
        new OtherWeightsToOneClient(Victim, VersionValues.LengthFor(Terms)),
        new Refusal(Party.Client(Victim), ViolationCode.WrongBaseVersion));

    [Fact]
    public Task An_invitation_of_a_former_round_is_refused_by_the_client() => RequireRefusedAsync(
        new ReplayedInvitation(Victim), new Refusal(Party.Client(Victim), ViolationCode.WrongRound));

    [Fact]
    public Task A_set_that_the_server_did_not_sign_is_refused_by_the_key_holder() => RequireRefusedAsync(
        new ForgedProposalToOneHolder(Victim), new Refusal(Party.KeyHolder(Victim), ViolationCode.BadSignature));

    private static async Task RequireRefusedAsync(ITampering attack, Refusal expected)
    {
        await using MaliciousServer server = new(attack, Terms);

        await server.RunAsync();

        Assert.Equal(expected, server.Refusals.First());
    }
}
