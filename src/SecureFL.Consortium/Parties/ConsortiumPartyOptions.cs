using SecureFL.Consortium.Plans;
using SecureFL.Messages.Primitives;

namespace SecureFL.Consortium.Parties;

/// <summary>What a client or key holder is told about itself, its server and its plan. Immutable.</summary>
public abstract record ConsortiumPartyOptions
{
    /// <summary>The server, <c>https://host:port</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>
    /// The folder of the party's identity (<c>securefl identity</c>): its keys, its certificate, and the authority that
    /// it trusts, which is all that it trusts.
    /// </summary>
    public required string IdentityFolder { get; init; }

    /// <summary>
    /// What must survive a restart: the approved plan, what was promised or signed, contributions under way. Created
    /// for its owner alone; belongs to one process at a time and to one plan for ever.
    /// </summary>
    public required string StateFolder { get; init; }

    /// <summary>The plan's file; null for the one kept in the state folder, or else the server's.</summary>
    public string? PlanPath { get; init; }

    /// <summary>The name in the server's certificate; null for the plan file's.</summary>
    public string? ServerName { get; init; }

    /// <summary>
    /// The digest of the plan that the party's people approved, having compared it with the other parties' people; null
    /// where it was approved before, or is asked for by <see cref="Approve"/>.
    /// </summary>
    public Digest? ApprovedPlan { get; init; }

    /// <summary>
    /// Asks a person about a plan that nobody has approved here yet: true to approve it. Null where there is nobody to
    /// ask.
    /// </summary>
    public Func<PlanFile, CancellationToken, Task<bool>>? Approve { get; init; }

    /// <summary>Permits <c>http</c> on a loopback address: for development.</summary>
    public bool InsecureLoopback { get; init; }
}
