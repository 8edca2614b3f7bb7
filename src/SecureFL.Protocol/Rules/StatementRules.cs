using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Rules;

/// <summary>What server, key holder and auditor check of a client's statement.</summary>
internal static class StatementRules
{
    public static void Require(ContributionStatement statement, RoundOpening opening, AggregationPlan plan)
    {
        opening.Context.Require(statement.Context, statement.Signer);
        if (statement.Opening != opening.Hash)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongOpening, statement.Signer, opening.Hash.ToShortString(),
                statement.Opening.ToShortString());
        }

        int shares = plan.Limits.Sizes.HasShares ? opening.Entries.Length : 0;
        if (statement.Shares.Length != shares)
        {
            throw new ProtocolViolationException(ViolationCode.ShareMismatch, statement.Signer,
                $"{shares} shares, one for each opening entry", $"{statement.Shares.Length}");
        }

        statement.RequireSignature(plan.ClientKey(statement.Client));
    }
}
