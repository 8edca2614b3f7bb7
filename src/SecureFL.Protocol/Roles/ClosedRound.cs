using SecureFL.Messages.Rounds;

namespace SecureFL.Protocol.Roles;

/// <summary>
/// A round whose set is fixed and waits for agreement: the proposal, and each holder's shares of the listed
/// contributions.
/// </summary>
public sealed class ClosedRound
{
    internal ClosedRound(AggregationServer server, CertificateProposal proposal)
    {
        Server = server;
        Proposal = proposal;
    }

    /// <summary>The server that fixed the set.</summary>
    internal AggregationServer Server { get; }

    /// <summary>The set to vote for.</summary>
    public CertificateProposal Proposal { get; }
}
