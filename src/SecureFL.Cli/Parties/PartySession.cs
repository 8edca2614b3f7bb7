using System.Globalization;
using Microsoft.Extensions.Logging;
using SecureFL.Aggregation;
using SecureFL.Cli.Shell;
using SecureFL.Deployment.Approvals;
using SecureFL.Deployment.Connections;
using SecureFL.Deployment.Identity;
using SecureFL.Deployment.Plans;

namespace SecureFL.Cli.Parties;

/// <summary>
/// A client or key holder that knows who it is, which plan its people approved, and where the server is.
/// </summary>
internal sealed class PartySession : IDisposable
{
    private readonly ILoggerFactory _logging;

    private PartySession(PartyIdentity identity, PartyFolder folder, PlanFile plan, ServerLink link,
        ILoggerFactory logging)
    {
        Identity = identity;
        Folder = folder;
        PlanFile = plan;
        Link = link;
        _logging = logging;
        Plan = plan.RequireSigned();
        Logger = logging.CreateLogger("securefl");
    }

    internal PartyIdentity Identity { get; }

    internal PartyFolder Folder { get; }

    internal PlanFile PlanFile { get; }

    internal AggregationPlan Plan { get; }

    internal ServerLink Link { get; }

    internal ILogger Logger { get; }

    /// <summary>Loads identity and plan, and asks a person about the plan the first time.</summary>
    internal static async Task<PartySession> OpenAsync(PartySettings settings, PeerRole role,
        CancellationToken cancellationToken)
    {
        PartyIdentity identity = PartyIdentity.Load(settings.Identity);
        ServerLink? link = null;
        try
        {
            if (identity.Peer.Role != role)
            {
                throw new CliException(ExitCode.Usage, $"{settings.Identity} is the identity of a {identity.Peer.Role}",
                    $"use the folder of a {role}");
            }

            PartyFolder folder = new(settings.State);
            PlanFile? plan = folder.FindPlan(settings.Plan);
            string serverName = settings.ServerName ?? plan?.ServerName
                ?? throw new CliException(ExitCode.Usage, "the server's name is not known yet",
                    "give --plan plan.json, or --server-name and the plan is fetched");
            link = ServerConnector.Connect(settings.Server, identity, serverName, settings.InsecureLoopback, Talk.Line);
            link.RequireOwnCertificate();
            plan ??= await PartyFolder.FetchPlanAsync(
                link, identity.Peer.Consortium, serverName,
                reason => Talk.Line($"the plan cannot be fetched yet: {reason}"), cancellationToken)
                .ConfigureAwait(false);
            if (plan.Consortium != identity.Peer.Consortium)
            {
                throw new CliException(ExitCode.Usage,
                    $"the plan is of consortium {plan.Consortium}, the identity of {identity.Peer.Consortium}",
                    "give the identity of this consortium");
            }

            plan.RequireSigned();
            await PlanQuestion.RequireApprovalAsync(plan, new ApprovedPlan(folder.Root), settings.AcceptedDigest,
                cancellationToken).ConfigureAwait(false);
            folder.KeepPlan(plan);
            return new PartySession(identity, folder, plan, link,
                PartyLogging.Create(settings.LogLevel, settings.LogJson));
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
        _logging.Dispose();
    }
}
