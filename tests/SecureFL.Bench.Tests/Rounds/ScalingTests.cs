using SecureFL.Bench.Rounds.Sweeps;

namespace SecureFL.Bench.Tests.Rounds;

/// <summary>
/// The verdicts on growth follow from the points: what is flat or linear is called so, what is not is not.
/// </summary>
public class ScalingTests
{
    private static SweepPoint Point(long parameters, int clients, double cpu, double server, double holders,
        long holderBytes = 30_000) =>
        new("arm", parameters, clients, 3, cpu, cpu / 2, server, holders, 0.01, holderBytes, 1_000_000,
            parameters < 1_000_000 ? 4096 : 8192);

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(1.14, true)]
    [InlineData(1.16, false)]
    [InlineData(0.5, false)]
    public void Cost_by_parameter_is_flat_or_it_is_not(double factor, bool flat)
    {
        SweepPoint[] sizes = [Point(1_000_000, 4, 1, 0.1, 0), Point(10_000_000, 4, 10, 0.1, 0),
            Point(100_000_000, 4, 100 * factor, 0.1, 0)];
        ScalingVerdict verdict = Scaling.Of(sizes, [])[0];
        Assert.Equal("CPU of clients and server by parameter and client is flat", verdict.Claim);
        Assert.Equal(flat, verdict.Holds);
        Assert.Equal(Math.Max(factor, 1 / factor) - 1, verdict.Deviation!.Value, 1e-9);
    }

    [Fact]
    public void A_fixed_cost_shows_in_the_cost_by_parameter_and_not_in_what_a_further_one_adds()
    {
        // Four clients, each 12 ms a round and 25 ns a parameter, exactly; 2 ms of key holders, which belong to
        // neither.
        SweepPoint[] sizes =
            [.. new long[] { 10_000, 1_000_000, 3_000_000,
                100_000_000 }.Select(size => Point(size, 4, 0.002 + 0.048 + (size * 1e-7), 0.1, 0.002))];
        IReadOnlyList<ScalingVerdict> verdicts = Scaling.Of(sizes, []);
        Assert.StartsWith("CPU of clients and server by parameter", verdicts[0].Claim, StringComparison.Ordinal);
        Assert.False(verdicts[0].Holds);
        Assert.Equal((37.0 / 25.12) - 1, verdicts[0].Deviation!.Value, 1e-9);
        Assert.StartsWith("what each further parameter adds", verdicts[1].Claim, StringComparison.Ordinal);
        Assert.Equal("25.0, 25.0 ns, beyond 12.0 ms a client", verdicts[1].Figures);
        Assert.Equal(0, verdicts[1].Deviation!.Value, 1e-9);
    }

    [Fact]
    public void A_cost_that_grows_faster_than_the_parameters_is_not_flat_by_either_measure()
    {
        SweepPoint[] sizes = [.. new long[]
            { 1_000_000, 3_000_000, 100_000_000 }.Select(size => Point(size, 4, Math.Pow(size, 1.1) * 1e-8, 0.1, 0))];
        Assert.All(Scaling.Of(sizes, []), verdict => Assert.False(verdict.Holds));
    }

    [Theory]
    [InlineData(0.010, 30_000, true, true)]
    [InlineData(0.012, 30_000, false, true)]
    [InlineData(0.010, 60_000, true, false)]
    public void Key_holders_are_flat_in_time_and_in_bytes_or_they_are_not(double seconds, long bytes, bool flatTime,
        bool flatBytes)
    {
        SweepPoint[] sizes = [Point(10_000, 4, 0.01, 0.1, 0.001, 1000), Point(1_000_000, 4, 1, 0.1, 0.010),
            Point(100_000_000, 4, 100, 0.1, seconds, bytes)];
        ScalingVerdict[] verdicts =
            [.. Scaling.Of(sizes, []).Where(verdict => verdict.Claim.Contains("key holder", StringComparison.Ordinal))];
        Assert.Equal([flatTime, flatBytes], verdicts.Select(verdict => verdict.Holds));
    }

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(1.6, false)]
    public void Adding_is_linear_in_the_clients_or_it_is_not(double power, bool linear)
    {
        SweepPoint[] clients =
            [.. new[] { 4, 10, 30, 100, 300, 1000 }.Select(
                count => Point(1000, count, 1, 0.002 + (0.001 * Math.Pow(count, power)), 0.01))];
        ScalingVerdict verdict = Assert.Single(Scaling.Of([], clients));
        Assert.Equal(linear, verdict.Holds);
        if (linear)
        {
            (double fixedCost, double slope) =
                Scaling.Fit([.. clients.Select(point => ((double)point.Clients, point.ServerCpuSeconds))]);
            Assert.Equal(0.002, fixedCost, 1e-12);
            Assert.Equal(0.001, slope, 1e-12);
        }
    }

    [Fact]
    public void An_arm_without_key_holders_has_no_verdict_on_them() =>
        Assert.DoesNotContain(Scaling.Of([Point(1_000_000, 4, 1, 1, 0, 0), Point(2_000_000, 4, 1, 1, 0, 0)], []),
            verdict => verdict.Claim.Contains("key holder", StringComparison.Ordinal));
}
