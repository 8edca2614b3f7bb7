using SecureFL.Consortium.Plans;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Formats;

namespace SecureFL.Consortium.Parties;

/// <summary>
/// A client's or key holder's state folder:
/// <code>
/// approved-plan.json  the plan that its people approved
/// plan.json           that plan
/// journal.sfl         clients: what was promised          ledger.sfl  key holders: what was signed
/// outbox/             clients: contributions under way    keys/       key holders: keys of undecided rounds,
///                                                                 outside backups
/// models/             clients: the newest model
/// course.sfl          clients: the newest model version that this client has made itself, and what it goes on from
/// opened/             clients: the sum that is being fetched
/// residual/           clients: what error feedback holds back, where the plan has it
/// </code>
/// What a hospital's rows answered under any plan is in its identity's folder (<c>answered/</c>).
/// </summary>
internal sealed class PartyFolder
{
    private readonly string _root;

    /// <summary>The folder, created for its owner alone if it is not there.</summary>
    internal PartyFolder(string path)
    {
        _root = Path.GetFullPath(path);
        OwnerOnly.CreateDirectory(_root);
    }

    internal string Root => _root;

    internal string Journal => Path.Combine(_root, "journal.sfl");

    internal string Ledger => Path.Combine(_root, "ledger.sfl");

    internal string Outbox => Path.Combine(_root, "outbox");

    /// <summary>What error feedback holds back: it tells of the site's rows.</summary>
    internal string Residual => Path.Combine(_root, "residual");

    internal string Keys => Path.Combine(_root, "keys");

    /// <summary>Summed ciphertexts of undecided rounds, in the joint-key suite: no secret.</summary>
    internal string Sums => Path.Combine(_root, "sums");

    internal string Models => Path.Combine(_root, "models");

    internal string Course => Path.Combine(_root, "course.sfl");

    internal string OpenedSums => Path.Combine(_root, "opened");

    private string Plan => Path.Combine(_root, "plan.json");

    /// <summary>The plan in the given file, else the one that was kept here; null if there is neither.</summary>
    internal PlanFile? FindPlan(string? file) => file is not null ? PlanFile.Load(file) : File.Exists(Plan)
        ? PlanFile.Load(Plan) : null;

    /// <summary>Keeps an approved plan, so that the next start needs neither file nor network for it.</summary>
    internal void KeepPlan(PlanFile plan)
    {
        if (!File.Exists(Plan))
        {
            plan.Save(Plan);
        }
    }

    /// <summary>Asks the server for its plan, for as long as it takes.</summary>
    internal static async Task<PlanFile> FetchPlanAsync(ServerLink link, string consortium, string serverName,
        Action<string> waits, CancellationToken cancellationToken)
    {
        ServerGreeting greeting = new(link);
        Backoff backoff = new();
        while (true)
        {
            try
            {
                GetPlanReply reply = await greeting.AskAsync(cancellationToken).ConfigureAwait(false);
                return PartyFaults.OfFiles(PartyRefusal.Plan, "ask who runs the server: it gives a plan that is none",
                    nameof(ConsortiumPartyOptions.Server), () => PlanFile.FromMessages(
                        consortium, serverName, reply.PlanMessage.Span, reply.Terms.Span));
            }
            catch (GrpcException fault) when (Refusal.IsPassing(fault))
            {
                cancellationToken.ThrowIfCancellationRequested();
                waits(fault.Message);
            }

            await Task.Delay(backoff.Next(), cancellationToken).ConfigureAwait(false);
        }
    }
}
