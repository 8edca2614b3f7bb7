namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>Any byte of anything that a server says to a client or a key holder, by seeded generators.</summary>
public sealed class FlippedBytesTests(FlippedSessions sessions, ITestOutputHelper output)
    : IClassFixture<FlippedSessions>
{
    [Theory]
    [InlineData(1, 16, false)]
    [InlineData(2, 12, true)]
    [InlineData(3, 250, false, Traits = ["Category", "Slow"])]
    [InlineData(4, 250, true, Traits = ["Category", "Slow"])]
    public async Task A_byte_of_what_the_server_says_is_refused_or_harmless(int seed, int flips, bool jointKey) =>
        Assert.InRange(await sessions.FlipAtRandomAsync(seed, flips, jointKey, output.WriteLine), flips / 2, flips);
}
