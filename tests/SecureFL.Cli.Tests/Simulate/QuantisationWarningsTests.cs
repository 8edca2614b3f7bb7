using SecureFL.Cli.Runs;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Tests.Simulate;

/// <summary>A warning's way out fits what was asked for.</summary>
public class QuantisationWarningsTests
{
    private const string Found = "the clips were found from the sites' first updates, which later ones exceeded; ";

    [Theory]
    [InlineData(true, 0.7, Found + "--clip 2 leaves room for all of them")]
    [InlineData(false, 0.7, "--clip 2 leaves room for all of them; without --clip one is found for each tensor")]
    [InlineData(true, double.PositiveInfinity, Found + "give a larger one with --clip")]
    [InlineData(false, double.PositiveInfinity,
        "give a larger --clip, or leave it out to have one found for each tensor")]
    public void The_hint_fits_whether_a_clip_was_given(bool found, double largest, string expected)
    {
        RoundRecord[] rounds = [Clipped(1, 0.02, "b", 0.5), Clipped(2, 0.25, "w", largest),
            Clipped(3, 0.001, "w", 0.1)];
        (string line, string hint) = Assert.Single(QuantisationWarnings.Of(rounds, found));
        Assert.Equal(
            "more than 1 % of the updates' elements were clipped in 2 of 3 rounds, 25.0 % in round 2; "
            + "most of tensor w, 40.0 % of its elements",
            line.Replace('\u00a0', ' '));
        Assert.Equal(expected, hint);
    }

    [Fact]
    public void Nothing_is_said_where_all_is_well() =>
        Assert.Empty(QuantisationWarnings.Of([Clipped(1, 0.005, "w", 1)], found: true));

    private static RoundRecord Clipped(int round, double share, string tensor, double largest) => new()
    {
        Round = round,
        Contributors = ["a", "b", "c"],
        ClippedShare = share,
        MostClipped = new ClippedTensor(tensor, 0.4, largest),
    };
}
