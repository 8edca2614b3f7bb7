using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>The README's example, in both suites, twice on one plan.</summary>
public sealed class EmbeddingExampleTests
{
    [Theory]
    [InlineData(Suite.OneTimeKey)]
    [InlineData(Suite.JointKey)]
    public void The_embedding_example_sums_vectors_round_after_round(Suite suite)
    {
        float[][] updates =
        [
            .. Enumerable.Range(0, 4).Select(
                c => Enumerable.Range(0, 1000).Select(i => MathF.Sin(i + (100 * c))).ToArray()),
        ];

        // README: begin
        using LocalConsortium consortium = LocalConsortium.Create(vectorLength: updates[0].Length, clip: 8f, bits: 16,
            maxClients: 4, minClients: 3, keyHolders: 3, threshold: 2, colludingKeyHolders: 1, suite: suite);
        for (int round = 0; round < 2; round++)
        {
            using AggregationServer server = consortium.OpenRound();                 // key holders' nonces and keys
            for (int i = 0; i < updates.Length; i++)                                 // production: each at its own site
                server.Accept(consortium.Clients[i].Encrypt(server.Round, updates[i]));
            RoundCertificate certificate = consortium.Agree(server.Close());         // fixes the set, once
            // .Sum .Mean .Contributors
            AggregationResult sum = consortium.Open(server, consortium.Release(certificate));
            Apply(sum);                                                              // to your model
        }
        // README: end

        void Apply(AggregationResult sum)
        {
            Assert.Equal(4, sum.Contributors);
            for (int i = 0; i < 1000; i++)
            {
                Assert.Equal(updates.Sum(u => (double)u[i]), sum.Sum[i], sum.MaxQuantisationError);
            }
        }
    }
}
