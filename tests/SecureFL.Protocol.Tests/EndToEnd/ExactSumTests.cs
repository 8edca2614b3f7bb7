using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>
/// The opened integers equal the plaintext sum of the quantised integers, for any t of H holders and whoever drops out.
/// </summary>
public sealed class ExactSumTests
{
    [Theory]
    [InlineData(2, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    [InlineData(5, 7)]
    [InlineData(6, 10)]
    [InlineData(11, 21)]
    public void Any_t_of_H_open_the_exact_sum(int threshold, int holders)
    {
        using Scenario scenario = new(keyHolders: holders, threshold: threshold, vectorLength: 1500);
        RoundInvitation round = scenario.OpenRound();
        long[] expected = new long[1500];
        AggregationServer server = scenario.StartServer(round);
        foreach (AggregationClient client in scenario.Clients)
        {
            server.Accept(Nearest(scenario, client, round, expected));
        }

        RoundCertificate certificate = scenario.Agree(server);
        Release[] releases = [.. scenario.Holders.Select(holder => holder.HandleCertificate(certificate))];
        Random random = new(threshold);
        for (int trial = 0; trial < 3; trial++)
        {
            Release[] chosen = [.. releases.OrderBy(_ => random.Next()).Take(threshold)];
            GroupKey key = GroupKeys.Reconstruct(certificate.Proposal, chosen, scenario.Plan)[0];
            Assert.False(key.IsSpoiled);
        }

        foreach (Release release in releases.Reverse().Take(threshold))
        {
            server.HandleRelease(release);
        }

        AggregationResult result = server.Open();
        Assert.Equal(expected, result.GroupSum(0)!.Value.ToArray());
        Assert.Equal(GroupStatus.Opened, result.Groups[0].Status);
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(16, 1)]
    [InlineData(24, 3)]
    [InlineData(8, 60)]
    public void Sums_are_exact_at_every_width_and_worst_case_values(int bits, int clients)
    {
        using LocalConsortium consortium = LocalConsortium.Create(
            777, 1f, bits, clients, Math.Min(3, clients), 3, 2, 1, clients < 3 ? 0 : 1,
            configure: s => s with { Insecure = clients < 3 });
        using AggregationServer server = consortium.OpenRound();
        float[] extremes = [.. Enumerable.Range(0, 777).Select(i => (i % 3) - 1f)];
        for (int c = 0; c < clients; c++)
        {
            server.Accept(consortium.Clients[c].Encrypt(server.Round, extremes));
        }

        AggregationResult result = consortium.Open(server, consortium.Release(server));
        long most = (long)clients * consortium.Plan.Parameters.MaxQuantised;
        Assert.Equal(extremes.Select(v => (long)v * most), result.GroupSum(0)!.Value.ToArray());
    }

    [Fact]
    public void Rounds_follow_each_other_on_the_model_chain()
    {
        using LocalConsortium consortium = LocalConsortium.Create(50, 8f, 12, 3, 3, 3, 2, 1);
        for (int r = 0; r < 5; r++)
        {
            using AggregationServer server = consortium.OpenRound();
            Assert.Equal((ulong)r, server.Round.Head.Number);
            float[] vector = [.. Enumerable.Range(0, 50).Select(i => (i * r / 50f) - 2)];
            foreach (AggregationClient client in consortium.Clients)
            {
                server.Accept(client.Encrypt(server.Round, vector));
            }

            AggregationResult sum = consortium.Open(server, consortium.Release(server));
            double step = consortium.Plan.Parameters.Step;
            Assert.All(vector.Zip(sum.Mean), pair => Assert.Equal(pair.First, pair.Second, step));
        }
    }

    private static Contribution Nearest(Scenario scenario, AggregationClient client, RoundInvitation round, long[] sums)
    {
        AggregationParameters p = scenario.Plan.Parameters;
        float[] vector = scenario.Vector(client.Index);
        using ContributionStream stream = client.CreateContribution(round, round.Base.Model, Rounding.Nearest);
        List<ContributionChunk> chunks = [];
        VectorLayout layout = new(scenario.Plan);
        while (stream.NextChunk < p.ChunkCount)
        {
            // Both ways of making a chunk, the second in memory that the next one overwrites.
            ReadOnlySpan<float> floats = layout.Floats(stream.NextChunk, vector);
            chunks.Add(client.Index % 2 == 0 ? stream.CreateChunk(floats, [])
                : ContributionChunk.Parse(stream.EncodeChunk(floats, []).Span, scenario.Plan.Limits));
        }

        for (int i = 0; i < vector.Length; i++)
        {
            sums[i] += (long)MathF.Round(Math.Clamp(vector[i], -p.Clip, p.Clip) * (p.MaxQuantised / p.Clip),
                MidpointRounding.ToEven);
        }

        return new Contribution(stream.CreateHeader(), [.. chunks]);
    }
}
