namespace SecureFL.Aggregation;

/// <summary>
/// A round whose set is fixed and waits for agreement: the proposal, and each holder's shares of the listed
/// contributions.
/// </summary>
public sealed class ClosedRound
{
    private readonly AggregationServer _server;

    internal ClosedRound(AggregationServer server, CertificateProposal proposal)
    {
        _server = server;
        Proposal = proposal;
    }

    /// <summary>The set to vote for.</summary>
    public CertificateProposal Proposal { get; }

    /// <summary>The shares for one holder, group by group.</summary>
    public IEnumerable<ShareDelivery> DeliveriesFor(int holder) =>
        Proposal.Entries.Select(entry => _server.CreateShareDelivery(entry.Client, holder));

    /// <summary>Streams what an active key holder of the joint-key suite needs before it votes.</summary>
    /// <exception cref="ProtocolViolationException">The holder refuses.</exception>
    public void ShowSum(JointKeyHolder holder)
    {
        ArgumentNullException.ThrowIfNull(holder);
        using CiphertextSumCheck check = holder.CheckSum(Proposal);
        foreach (ListedCiphertext ciphertext in _server.JointKey.CreateListedCiphertexts())
        {
            check.Handle(ciphertext);
        }
    }
}
