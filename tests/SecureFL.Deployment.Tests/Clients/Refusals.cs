using SecureFL.Consortium.Parties;

namespace SecureFL.Deployment.Tests.Clients;

/// <summary>What ends a client's work on one round.</summary>
internal static class Refusals
{
    /// <summary>The round does not get this client's contribution.</summary>
    internal static async Task<PartyException> OfContributionAsync(Func<Task> work)
    {
        PartyException refusal = await Assert.ThrowsAsync<PartyException>(work);
        Assert.Equal(PartyRefusal.Contribution, refusal.Code);
        return refusal;
    }
}
