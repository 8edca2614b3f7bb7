using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Suites;

namespace SecureFL.Protocol.Roles;

/// <summary>
/// What a key holder checks before it votes, beyond <see cref="CertificateRules"/>: time, its own shares, its own past.
/// </summary>
internal static class VotingRules
{
    /// <summary>Clocks may differ by this much.</summary>
    internal const long ClockSkewMilliseconds = 5 * 60 * 1000;

    public static IReadOnlyList<VotedContribution> Require(
        CertificateProposal proposal, HolderRound round, LedgerState state, AggregationPlan plan, DateTimeOffset now)
    {
        CertificateRules.Require(proposal, round.Opening, plan);
        RequireDeadline(proposal, plan, now.ToUnixTimeMilliseconds());
        HashSet<Digest> roots = [];
        List<VotedContribution> contributions = [];
        foreach (CertificateEntry entry in proposal.Entries)
        {
            ContributionStatement statement = round.Statement(entry);
            if (!roots.Add(statement.Root))
            {
                throw new ProtocolViolationException(ViolationCode.DuplicateCiphertext, statement.Signer,
                    "a ciphertext of its own", "another client's");
            }

            if (state.RoundOf(entry.Contribution) is { } reused)
            {
                throw new ProtocolViolationException(
                    ViolationCode.ContributionReused, Party.Server, "contributions of this round alone",
                    $"one that was voted for in round {reused}");
            }

            ModelVersion version = state.Chain.RequireBase(statement.BaseVersion, round.Opening.Head, statement.Signer);
            RequireFreshBase(entry.Client, version.Model, state, plan);
            contributions.Add(new VotedContribution(entry, version.Model));
        }

        return contributions;
    }

    public static ProtocolViolationException SecondCertificate(Vote former, Digest certificate) => new(
        ViolationCode.SecondCertificate,
        Party.Server,
        $"the certificate {former.Certificate.ToShortString()} of round {former.Context.Round}",
        certificate.ToShortString());

    private static void RequireDeadline(CertificateProposal proposal, AggregationPlan plan, long now)
    {
        long latest = now + (plan.Settings.AgreementWindowSeconds * 1000L) + ClockSkewMilliseconds;
        if (proposal.DeadlineUnixMilliseconds < now || proposal.DeadlineUnixMilliseconds > latest)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongDeadline, Party.Server, $"a deadline from {now} to {latest}",
                $"{proposal.DeadlineUnixMilliseconds}");
        }
    }

    private static void RequireFreshBase(int client, Digest model, LedgerState state, AggregationPlan plan)
    {
        foreach (ulong former in state.RoundsOf(client, model))
        {
            if (!state.IsProvenDead(former) && !plan.Settings.AllowEarlyResubmission)
            {
                throw new ProtocolViolationException(
                    ViolationCode.SecondContributionOnBase,
                    Party.Client(client),
                    $"a new model, or {plan.Quorum.Deaths} signed deaths of round {former}",
                    $"a second contribution on the model {model.ToShortString()}");
            }
        }
    }
}
