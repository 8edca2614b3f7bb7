using Microsoft.Extensions.Logging;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Plans;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Identity;

namespace SecureFL.Consortium.Parties;

/// <summary>
/// A client or key holder that knows who it is, which plan its people approved, and where the server is.
/// </summary>
internal sealed class PartySession : IDisposable
{
    private PartySession(PartyIdentity identity, PartyFolder folder, PlanFile plan, ApprovedPlan approved,
        ServerLink link)
    {
        Identity = identity;
        Folder = folder;
        PlanFile = plan;
        Approved = approved;
        Link = link;
        Plan = plan.RequireSigned();
    }

    internal PartyIdentity Identity { get; }

    internal PartyFolder Folder { get; }

    internal PlanFile PlanFile { get; }

    internal AggregationPlan Plan { get; }

    internal ApprovedPlan Approved { get; }

    internal ServerLink Link { get; }

    /// <summary>Loads identity and plan, and has a person asked about the plan the first time.</summary>
    /// <exception cref="PartyException">The options do not fit, the plan is not approved, a file cannot be used, a
    /// certificate does not stand, or the server does not give its plan to this party.</exception>
    /// <exception cref="ArgumentException">An address that is neither https nor loopback.</exception>
    internal static async Task<PartySession> OpenAsync(ConsortiumPartyOptions options, PeerRole role, ILogger logger,
        CancellationToken cancellationToken)
    {
        PartyIdentity identity = PartyFaults.OfFiles(PartyRefusal.Identity,
            "give the folder that securefl identity made for this party",
            nameof(ConsortiumPartyOptions.IdentityFolder), () => PartyIdentity.Load(options.IdentityFolder));
        ServerLink? link = null;
        try
        {
            if (identity.Peer.Role != role)
            {
                throw new PartyException(PartyRefusal.Identity,
                    $"{options.IdentityFolder} is the identity of a {identity.Peer.Role}",
                    $"use the folder of a {role}", options: nameof(ConsortiumPartyOptions.IdentityFolder));
            }

            PartyFolder folder = PartyFaults.OfState(() => new PartyFolder(options.StateFolder));
            PlanFile? plan = OfPlan(() => folder.FindPlan(options.PlanPath));
            string serverName = options.ServerName ?? plan?.ServerName
                ?? throw new PartyException(PartyRefusal.Options, "the server's name is not known yet",
                    "give the plan file, or the server's name and the plan is fetched", inner: null,
                    nameof(ConsortiumPartyOptions.PlanPath), nameof(ConsortiumPartyOptions.ServerName));
            link = ServerConnector.Connect(options.Server, identity, serverName, options.InsecureLoopback,
                refusal => PartyLog.ServerRefused(logger, refusal));
            ServerLink server = link;
            plan = await PartyFaults.OfWorkAsync(async () =>
            {
                server.RequireOwnCertificate();
                return plan ?? await PartyFolder.FetchPlanAsync(server, identity.Peer.Consortium, serverName,
                    reason => PartyLog.PlanAwaited(logger, reason), cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
            if (plan.Consortium != identity.Peer.Consortium)
            {
                throw new PartyException(PartyRefusal.Options,
                    $"the plan is of consortium {plan.Consortium}, the identity of {identity.Peer.Consortium}",
                    "give the identity of this consortium",
                    options: nameof(ConsortiumPartyOptions.IdentityFolder));
            }

            OfPlan(plan.RequireSigned);
            ApprovedPlan approved = PartyFaults.OfState(() => new ApprovedPlan(folder.Root));
            await PlanConsent.RequireAsync(plan, approved, options, cancellationToken).ConfigureAwait(false);
            PartyFaults.OfState(() =>
            {
                folder.KeepPlan(plan);
                return true;
            });
            return new PartySession(identity, folder, plan, approved, link);
        }
        catch
        {
            link?.Dispose();
            identity.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Link.Dispose();
        Identity.Dispose();
    }

    private static T OfPlan<T>(Func<T> work) => PartyFaults.OfFiles(PartyRefusal.Plan,
        "take the plan from the party that signed it, and compare the digest",
        nameof(ConsortiumPartyOptions.PlanPath), work);
}
