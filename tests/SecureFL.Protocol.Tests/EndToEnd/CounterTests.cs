using SecureFL.Messages.Counters;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>Weights and counts ride in the encrypted vector: means come out, no site's size is seen.</summary>
public sealed class CounterTests
{
    [Fact]
    public void Weighted_means_and_counters_come_out_exactly()
    {
        CounterLayout counters = new(100_000, new Counter("correct", 1_000_000),
            new Counter("loss in millis", 1L << 40));
        using LocalConsortium consortium = LocalConsortium.Create(300, 8f, 16, 5, 3, 3, 2, 1, counters: counters);
        using AggregationServer server = consortium.OpenRound();
        long[] weights = [12_345, 100_000, 1, 0, 77_777];
        float[][] vectors = [.. Enumerable.Range(0, 5)
            .Select(c => Enumerable.Range(0, 300).Select(i => MathF.Cos(i + c) * 7).ToArray())];
        for (int c = 0; c < 5; c++)
        {
            server.Accept(
                consortium.Clients[c].Encrypt(server.Round, vectors[c], weights[c], 1000 * c, -(1L << 40) + c));
        }

        AggregationResult result = consortium.Open(server, consortium.Release(server));
        Assert.Equal([weights.Sum(), 10_000, (-5L << 40) + 10], result.Counters);
        double[] mean = result.Mean;
        double tolerance = 5 * consortium.Plan.Parameters.Step * 100_000 / weights.Sum();
        for (int i = 0; i < 300; i++)
        {
            double expected = Enumerable.Range(0, 5).Sum(c => (double)weights[c] * vectors[c][i]) / weights.Sum();
            Assert.Equal(expected, mean[i], tolerance);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    public void Splitting_and_combining_is_the_identity_on_sums(int bits)
    {
        CounterLayout layout = new(0, new Counter("a", 1), new Counter("b", (1L << 47) - 1), new Counter("c", 255));
        Random random = new(bits);
        long[] sums = new long[3];
        long[] digits = new long[layout.ElementCount(bits)];
        for (int client = 0; client < 100; client++)
        {
            long[] values = [random.Next(-1, 2), random.NextInt64(-(1L << 47) + 1, 1L << 47), random.Next(-255, 256)];
            int[] elements = new int[layout.ElementCount(bits)];
            layout.Split(values, bits, elements);
            Assert.All(elements, e => Assert.InRange(e, -(1 << (bits - 1)) + 1, (1 << (bits - 1)) - 1));
            for (int i = 0; i < 3; i++)
            {
                sums[i] += values[i];
            }

            for (int i = 0; i < digits.Length; i++)
            {
                digits[i] += elements[i];
            }
        }

        Assert.Equal(sums, layout.Combine(digits, bits, 100));
    }

    /// <summary>
    /// A client's own program checks its values; one that does not can put up to 2^(b-1) - 1 into each digit.
    /// </summary>
    [Theory]
    [InlineData(4, 4L << 45, false)]
    [InlineData(4, (4L << 45) + 1, true)]
    [InlineData(4, -(4L << 45) - 1, true)]
    [InlineData(4, long.MaxValue, true)]
    [InlineData(4, long.MinValue, true)]
    [InlineData(16, (16L << 45) + 1, true)]
    public void A_sum_beyond_what_its_contributors_may_send_is_refused_and_never_wraps(int contributors, long sum,
        bool refused)
    {
        CounterLayout layout = new(0, new Counter("rows", 1L << 45));
        const int Bits = 16;
        Assert.Equal(4, layout.ElementCount(Bits));
        long[] digits = [sum & ((1L << 45) - 1), 0, 0, sum >> 45];
        if (!refused)
        {
            Assert.Equal([sum], layout.Combine(digits, Bits, contributors));
            return;
        }

        ProtocolViolationException fault =
            Assert.Throws<ProtocolViolationException>(() => layout.Combine(digits, Bits, contributors));
        Assert.Contains("'rows'", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"received {sum} ", fault.Message, StringComparison.Ordinal);

        // 10 clients with all they can put into the top digit: 2^63 and more, which is no long.
        fault = Assert.Throws<ProtocolViolationException>(() => layout.Combine([0, 0, 0, 10 * 32767L], Bits, 10));
        Assert.Contains("received 11528863202347581440 ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_beyond_the_plan_are_the_callers_error()
    {
        CounterLayout layout = new(10, new Counter("a", 5));
        int[] elements = new int[layout.ElementCount(8)];
        Assert.Throws<ArgumentException>(() => layout.Split([11, 0], 8, elements));
        Assert.Throws<ArgumentException>(() => layout.Split([1, -6], 8, elements));
        Assert.Throws<ArgumentException>(() => layout.Split([1], 8, elements));
        Assert.Throws<ArgumentException>(() => layout.Split([1, long.MinValue], 8, elements));
    }
}
