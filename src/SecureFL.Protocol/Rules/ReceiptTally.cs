using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Rules;

/// <summary>
/// Which holders have checked which contributions. Since a holder votes only for sets it has checked whole, the server
/// lists the clients that one set of at least max(t, q_a) holders has checked: holders by falling number of receipts,
/// of all lengths the one that covers most clients.
/// </summary>
internal sealed class ReceiptTally(AggregationPlan plan, RoundOpening opening)
{
    private readonly Dictionary<int, HashSet<int>> _clientsByHolder = [];

    public bool Any => _clientsByHolder.Count > 0;

    public void Handle(Receipt receipt, IReadOnlyDictionary<int, ContributionHeader> accepted)
    {
        opening.Context.Require(receipt.Context, receipt.Signer);
        if (receipt.Opening != opening.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.WrongOpening, receipt.Signer,
                opening.Hash.ToShortString(), receipt.Opening.ToShortString());
        }

        receipt.RequireSignature(plan.HolderKey(receipt.Holder));
        if (!accepted.TryGetValue(receipt.Client, out ContributionHeader? header)
            || header.Statement.Hash != receipt.Contribution)
        {
            throw new ProtocolViolationException(
                ViolationCode.UncheckedContribution, receipt.Signer, "a receipt for an accepted contribution",
                receipt.Contribution.ToShortString());
        }

        if (!_clientsByHolder.TryGetValue(receipt.Holder, out HashSet<int>? clients))
        {
            _clientsByHolder.Add(receipt.Holder, clients = []);
        }

        clients.Add(receipt.Client);
    }

    public void Forget(int client)
    {
        foreach (HashSet<int> clients in _clientsByHolder.Values)
        {
            clients.Remove(client);
        }
    }

    public IReadOnlyCollection<int> ChooseClients()
    {
        HashSet<int>[] byReceipts = [.. _clientsByHolder.Values.OrderByDescending(clients => clients.Count)];
        IReadOnlyCollection<int> best = [];
        HashSet<int> covered = byReceipts.Length > 0 ? [.. byReceipts[0]] : [];
        for (int holders = 1; holders <= byReceipts.Length; holders++)
        {
            covered.IntersectWith(byReceipts[holders - 1]);
            if (holders >= plan.Quorum.Votes && covered.Count >= best.Count)
            {
                best = [.. covered];
            }
        }

        return best;
    }
}
