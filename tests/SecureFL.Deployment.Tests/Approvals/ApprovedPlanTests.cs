using SecureFL.Consortium.Approvals;
using SecureFL.Messages.Primitives;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Formats;

namespace SecureFL.Deployment.Tests.Approvals;

/// <summary>A plan is approved once, durably, and no other one takes its place.</summary>
public sealed class ApprovedPlanTests : IDisposable
{
    private static readonly Digest Plan = new([.. Enumerable.Range(0, Digest.Size).Select(i => (byte)i)]);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-approved-");

    [Fact]
    public void An_approval_is_remembered_and_binds()
    {
        ApprovedPlan fresh = new(_folder.FullName);
        Assert.Equal(Consent.Open, fresh.For(Plan));
        fresh.Approve(Plan);

        ApprovedPlan again = new(_folder.FullName);
        Assert.Equal(Consent.Given, again.For(Plan));
        Assert.Equal(Consent.GivenToAnother, again.For(default));
        Assert.Throws<InvalidOperationException>(() => again.Approve(default));
        Assert.Equal(Plan, new ApprovedPlan(_folder.FullName).Digest);
    }

    [Theory]
    [InlineData("""{"version": 2, "plan": "00", "spoken": ""}""", true)]
    [InlineData("""{"version": 1, "plan": "00", "spoken": ""}""", false)]
    [InlineData("{", false)]
    [InlineData("", false)]
    public void A_damaged_or_newer_memory_is_refused(string content, bool newer)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "approved-plan.json"), content);
        FormatException refusal = Assert.ThrowsAny<FormatException>(() => new ApprovedPlan(_folder.FullName));
        Assert.Equal(newer, refusal is NewerVersionException);
    }

    [Fact]
    public void Waiting_times_double_up_to_the_longest_and_begin_anew()
    {
        Backoff backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));
        double[] expected = [1, 2, 4, 6, 6];
        Assert.All(expected, seconds => Assert.InRange(backoff.Next().TotalSeconds, 0.75 * seconds, 1.25 * seconds));
        Assert.True(backoff.Reset());
        Assert.False(backoff.Reset());
        Assert.InRange(backoff.Next().TotalSeconds, 0.75, 1.25);
        Assert.True(backoff.Reset());
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
