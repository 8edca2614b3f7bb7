using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Rlwe.Planning;
using SecureFL.Server.Rounds;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>Attacks that a client or a key holder refuses: who, and with which code.</summary>
public sealed class RefusedAttacksTests
{
    private const int Victim = 1;

    private static TrainingTerms Terms => TestSession.Terms(rounds: 2);

    /// <summary>Who makes all versions itself fetches none; who comes late fetches the one that it begins at.</summary>
    [Fact]
    public async Task Other_weights_under_the_digest_of_a_version_are_refused_by_a_client_that_joins_with_207()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 4) with
        { Rounds = new RoundPolicy { OpeningGraceSeconds = 0.05, Contributions = 3 } };
        OtherWeightsToOneClient attack = new(Victim, VersionValues.LengthFor(terms));
        await using MaliciousServer server = new(attack, terms)
        { StartOf = client => client == Victim ? attack.Late : Task.CompletedTask };

        await server.RunAsync();

        Assert.Equal([new Refusal(Party.Client(Victim), ViolationCode.WrongBaseVersion)], server.Refusals);
        Assert.Empty(server.Clients[Victim].Promised);
    }

    /// <summary>
    /// A client without the sums contributes nothing; it says why with every attempt, and gives up with the session.
    /// </summary>
    [Fact]
    public async Task Sums_that_are_kept_from_one_client_leave_it_without_a_model_and_it_says_so()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 3) with
        { Rounds = new RoundPolicy { OpeningGraceSeconds = 0.05, Contributions = 3 } };
        await using MaliciousServer server = new(new WithheldSums(Victim), terms);

        await server.RunAsync();

        Assert.Equal([new Refusal(Party.Client(Victim), default)], server.Refusals);
        Assert.DoesNotContain(server.Clients[Victim].Promised, round => round > 0);
        Assert.Contains(server.ToldBy(Victim), text => text.Contains(WithheldSums.Words, StringComparison.Ordinal));
        Assert.Null(server.Delivered[Victim]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task An_invitation_of_a_former_round_is_refused_by_the_client(bool jointKey) => RequireRefusedAsync(
        new ReplayedInvitation(Victim), new Refusal(Party.Client(Victim), ViolationCode.WrongRound), jointKey);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_set_that_the_server_did_not_sign_is_refused_by_the_key_holder(bool jointKey) => RequireRefusedAsync(
        new ForgedProposalToOneHolder(Victim), new Refusal(Party.KeyHolder(Victim), ViolationCode.BadSignature),
        jointKey);

    /// <summary>Under a joint key a holder decrypts what has the digest of the certified contributions alone.</summary>
    [Fact]
    public async Task Another_sum_than_the_certified_one_is_refused_by_the_key_holders_that_shall_decrypt_it()
    {
        await using MaliciousServer server = new(new OtherSumToHolders(), Terms, new JointKeyRequest(3, 2, 100));

        await server.RunAsync();

        Refusal refusal = server.Refusals.First();
        Assert.Equal((PartyRole.KeyHolder, ViolationCode.WrongSummedCiphertext), (refusal.Party.Role, refusal.Code));
    }

    private static async Task RequireRefusedAsync(ITampering attack, Refusal expected, bool jointKey)
    {
        await using MaliciousServer server = new(attack, Terms, jointKey ? new JointKeyRequest(3, 2, 100) : null);

        await server.RunAsync();

        Assert.Equal(expected, server.Refusals.First());
    }

    // One more or less in the first word, which is in range all the same.
    private sealed class OtherSumToHolders : ITampering
    {
        // Type, version, context, certificate, group, chunk, length.
        private const int WordsAt = 2 + 57 + 32 + 4 + 8 + 4;

        public ReadOnlyMemory<byte> Ask(int holder, ReadOnlyMemory<byte> honest)
        {
            if ((MessageType)honest.Span[0] != MessageType.SummedCiphertext)
            {
                return honest;
            }

            byte[] other = honest.ToArray();
            other[WordsAt] ^= 1;
            return other;
        }
    }
}
