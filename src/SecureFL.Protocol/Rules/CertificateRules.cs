using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey;

namespace SecureFL.Protocol.Rules;

/// <summary>
/// What everyone checks of a proposal and a certificate; what only a key holder can check stands elsewhere.
/// </summary>
public static class CertificateRules
{
    /// <summary>
    /// Refuses another round, opening or head, a group below n_min or above n_max, groups that overlap, and groups
    /// other than the derived ones.
    /// </summary>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public static void Require(CertificateProposal proposal, RoundOpening opening, AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        ArgumentNullException.ThrowIfNull(opening);
        ArgumentNullException.ThrowIfNull(plan);
        opening.Context.Require(proposal.Context, Party.Server);
        Require(proposal.Opening == opening.Hash, ViolationCode.WrongOpening, opening.Hash.ToShortString(),
            proposal.Opening.ToShortString());
        Require(proposal.Head == opening.Head, ViolationCode.WrongHead, opening.Head.ToShortString(),
            proposal.Head.ToShortString());
        proposal.RequireSignature(plan.Enrolment.Server);
        HashSet<int> clients = [];
        HashSet<Digest> contributions = [];
        foreach (ImmutableArray<CertificateEntry> group in proposal.Groups)
        {
            Require(
                group.Length >= plan.Settings.MinClients,
                ViolationCode.GroupBelowMinimum, $"at least {plan.Settings.MinClients} contributions in a group",
                $"{group.Length}");
            Require(
                group.Length <= plan.Parameters.MaxClients,
                ViolationCode.Oversized, $"at most {plan.Parameters.MaxClients} contributions in a group",
                $"{group.Length}");
            foreach (CertificateEntry entry in group)
            {
                Require(
                    clients.Add(entry.Client) && contributions.Add(entry.Contribution),
                    ViolationCode.GroupsNotDisjoint, "each client and contribution once",
                    $"client {entry.Client} again");
            }
        }

        RequireDerivedGroups(proposal, plan);
        plan.Layout.Require(proposal, opening, plan);
    }

    /// <summary>
    /// Refuses a certificate without max(t, q_a) valid votes of distinct holders for exactly this proposal.
    /// </summary>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public static void RequireQuorum(RoundCertificate certificate, AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(plan);
        CertificateProposal proposal = certificate.Proposal;
        int last = -1;
        foreach (Vote vote in certificate.Votes)
        {
            Require(vote.Holder > last, ViolationCode.DuplicateHolder, "votes by rising holder index",
                $"{vote.Signer} again");
            last = vote.Holder;
            RequireVote(vote, proposal, plan);
        }

        Require(
            certificate.Votes.Length >= plan.Quorum.Votes,
            ViolationCode.CertificateBelowQuorum, $"{plan.Quorum.Votes} votes", $"{certificate.Votes.Length}");
    }

    internal static void RequireVote(Vote vote, CertificateProposal proposal, AggregationPlan plan)
    {
        proposal.Context.Require(vote.Context, vote.Signer);
        Require(vote.Opening == proposal.Opening, ViolationCode.WrongOpening, proposal.Opening.ToShortString(),
            vote.Opening.ToShortString(), vote.Signer);
        Require(
            vote.Certificate == proposal.Hash,
            ViolationCode.WrongCertificate, $"a vote for {proposal.Hash.ToShortString()}",
            vote.Certificate.ToShortString(), vote.Signer);
        vote.RequireSignature(plan.HolderKey(vote.Holder));
    }

    private static void RequireDerivedGroups(CertificateProposal proposal, AggregationPlan plan)
    {
        ImmutableArray<ImmutableArray<CertificateEntry>> derived =
            GroupPartition.Derive(plan, proposal.Opening, proposal.Entries);
        bool same = derived.Length == proposal.Groups.Length
            && derived.Zip(proposal.Groups).All(pair => pair.First.SequenceEqual(pair.Second));
        Require(same, ViolationCode.WrongGroups, $"the {derived.Length} group(s) derived from opening and list",
            $"{proposal.Groups.Length} other group(s)");
    }

    private static void Require(bool holds, ViolationCode code, string expected, string received,
        Party? offender = null)
    {
        if (!holds)
        {
            throw new ProtocolViolationException(code, offender ?? Party.Server, expected, received);
        }
    }
}
