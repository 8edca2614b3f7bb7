namespace SecureFL.Aggregation.Tests.EndToEnd;

public sealed class EmbeddingExampleTests
{
    [Fact]
    public void The_embedding_example_sums_vectors()
    {
        float[][] updates = [.. Enumerable.Range(0, 4).Select(c => Enumerable.Range(0, 1000).Select(i => MathF.Sin(i + (100 * c))).ToArray())];

        // README: begin
        AggregationPlan plan = AggregationPlan.Create(vectorLength: updates[0].Length, clip: 8f, bits: 16,
            maxClients: 4, minClients: 3, keyHolders: 3, threshold: 2, colludingKeyHolders: 1);
        using InProcessKeyHolders holders = InProcessKeyHolders.Create(plan);        // production: three key-holder processes
        AggregationServer server = new(plan, holders.OpenRound());                   // their nonces and keys for this round
        foreach (float[] update in updates)                                          // production: each at its own site
            server.Accept(new AggregationClient(plan).Encrypt(server.Round, update));
        RoundCertificate certificate = holders.Agree(server.Close());                // fixes the set, once
        AggregationResult sum = server.Open(holders.Release(certificate));           // .Sum .Mean .Contributors .MaxQuantisationError
        // README: end

        Assert.Equal(4, sum.Contributors);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(updates.Sum(u => (double)u[i]), sum.Sum[i], sum.MaxQuantisationError);
        }
    }
}
