using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Tests.Wire;

/// <summary>
/// The messages of the joint-key suite: canonical, refused when cut, extended or changed, and bounded by one polynomial
/// of the ring.
/// </summary>
public sealed class JointKeyMessageTests
{
    [Fact]
    public void Parsing_is_the_inverse_of_encoding_and_every_cut_or_extension_is_refused()
    {
        using Zoo zoo = new();
        foreach ((ProtocolMessage message, Func<byte[], ProtocolMessage> parse) in zoo.Messages)
        {
            byte[] encoded = message.Encode();
            Assert.Equal(encoded, parse(encoded).Encode());
            Assert.Equal(message.Hash, parse(encoded).Hash);
            Assert.Equal(ViolationCode.TrailingBytes,
                Assert.Throws<ProtocolViolationException>(() => parse([.. encoded, 0])).Code);
            foreach (int length in Enumerable.Range(0, encoded.Length)
                .Where(i => i < 100 || i > encoded.Length - 20 || i % 9973 == 0))
            {
                Assert.Equal(ViolationCode.Truncated,
                    Assert.Throws<ProtocolViolationException>(() => parse(encoded[..length])).Code);
            }
        }
    }

    /// <summary>
    /// A flipped bit is refused by the parser, or changes the hash, which everything that follows names.
    /// </summary>
    [Fact]
    public void A_flipped_bit_is_refused_or_changes_the_hash_or_breaks_the_signature()
    {
        using Zoo zoo = new();
        Random random = new(3);
        foreach ((ProtocolMessage message, Func<byte[], ProtocolMessage> parse) in zoo.Messages)
        {
            byte[] encoded = message.Encode();
            for (int i = 0; i < 300; i++)
            {
                byte[] mutated = [.. encoded];
                mutated[random.Next(encoded.Length)] ^= (byte)(1 << random.Next(8));
                ProtocolMessage? parsed = null;
                Exception? refusal = Record.Exception(() => parsed = parse(mutated));
                Assert.True(refusal is ProtocolViolationException || parsed!.Hash != message.Hash
                    || !parsed.Encode().SequenceEqual(encoded), $"{message.Type}: {refusal}");
            }
        }
    }

    [Fact]
    public void Every_message_is_bounded_by_one_polynomial_or_two_digests()
    {
        using Zoo zoo = new();
        int bound = 2048 + Math.Max(2 * LinearDigestParameters.DigestBytes,
            SummedChunkPacking.Bytes(zoo.Plan.Parameters, zoo.Plan.Parameters.MaxClients));
        Assert.All(zoo.Messages, item => Assert.InRange(item.Message.Encode().Length, 1, bound));
    }

    [Fact]
    public void A_message_of_another_suite_is_refused()
    {
        using Zoo zoo = new();
        using Scenario other = new();
        byte[] entry = zoo.Messages[0].Message.Encode();
        Assert.Equal(ViolationCode.WrongSuite,
            Assert.Throws<ProtocolViolationException>(() => KeyEpochEntry.Parse(entry, other.Plan.Limits)).Code);
    }

    private sealed class Zoo : IDisposable
    {
        private readonly JointKeyScenario _scenario = new(generateKey: false);

        public Zoo()
        {
            using KeyEpochCoordinator coordinator = new(Plan, 0);
            KeyEpochEntry[] entries = [.. _scenario.Holders.Select(h => h.JointKey.CreateEntry(0))];
            Array.ForEach(entries, coordinator.HandleEntry);
            KeyEpochOpening opening = coordinator.CreateOpening();
            PublicKeyCommitment[] commitments = [.. _scenario.Holders.Select(h => h.JointKey.HandleOpening(opening))];
            Array.ForEach(commitments, coordinator.HandleCommitment);
            KeyEpochCommitments all = coordinator.CreateCommitments();
            KeyReveal reveal = _scenario.Holders[0].JointKey.HandleCommitments(all);
            _scenario.GenerateKey(1);
            KeyEpochRecord record = _scenario.Epoch.Record;
            AggregationServer server = _scenario.Gather(_scenario.OpenRound());
            RoundCertificate certificate = _scenario.Agree(server);
            (Release release, PartialDecryptionChunk[] partials) = _scenario.Release(certificate, 0);
            Messages =
            [
                (entries[0], bytes => KeyEpochEntry.Parse(bytes, Plan.Limits)),
                (opening, bytes => KeyEpochOpening.Parse(bytes, Plan.Limits)),
                (commitments[0], bytes => PublicKeyCommitment.Parse(bytes, Plan.Limits)),
                (all, bytes => KeyEpochCommitments.Parse(bytes, Plan.Limits)),
                (reveal.PublicKey, bytes => PublicKeyShare.Parse(bytes, Plan.Limits)),
                (reveal.Dealing, bytes => KeyDealing.Parse(bytes, Plan.Limits)),
                (reveal.Shares[1], bytes => SealedKeyShare.Parse(bytes, Plan.Limits)),
                (record.Confirmations[0], bytes => KeyEpochConfirmation.Parse(bytes, Plan.Limits)),
                (record, bytes => KeyEpochRecord.Parse(bytes, Plan.Limits)),
                (_scenario.Epoch.PublicKey, bytes => JointPublicKeyMessage.Parse(bytes, Plan.Limits)),
                (server.JointKey.CreateSummedCiphertexts().First(),
                    bytes => SummedCiphertext.Parse(bytes, Plan.Limits)),
                (partials[0], bytes => PartialDecryptionChunk.Parse(bytes, Plan.Limits)),
                (certificate.Proposal, bytes => CertificateProposal.Parse(bytes, Plan.Limits)),
                (release, bytes => Release.Parse(bytes, Plan.Limits)),
                (server.Accepted.First(), bytes => ContributionStatement.Parse(bytes, Plan.Limits)),
                (server.CreateShareDelivery(0, 0), bytes => ShareDelivery.Parse(bytes, Plan.Limits)),
                (server.Round.Opening, bytes => RoundOpening.Parse(bytes, Plan.Limits)),
            ];
        }

        public AggregationPlan Plan => _scenario.Plan;

        public (ProtocolMessage Message, Func<byte[], ProtocolMessage> Parse)[] Messages { get; }

        public void Dispose() => _scenario.Dispose();
    }
}
