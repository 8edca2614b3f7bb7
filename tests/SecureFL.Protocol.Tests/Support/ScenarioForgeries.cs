using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Roles;

namespace SecureFL.Protocol.Tests.Support;

/// <summary>Forgeries by the clients of a scenario.</summary>
internal static class ScenarioForgeries
{
    public static Contribution Create(this ContributionForge forge, Scenario scenario, RoundInvitation invitation,
        int client) => forge.Create(scenario.Plan, invitation, client, scenario.Identities.Clients[client],
            scenario.Vector(client));

    public static ContributionHeader Seal(this ContributionForge forge, Scenario scenario, RoundOpening opening,
        int client, Digest baseVersion, Digest root, byte[] linearDigest, int[] secret) =>
        forge.Seal(scenario.Plan, opening, client, scenario.Identities.Clients[client], baseVersion, root,
            linearDigest, secret);
}
