using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Rules;

/// <summary>What server and auditor check of the end of a transcript.</summary>
internal static class ClosingRules
{
    /// <summary>
    /// Refuses a statement of another plan or head, a forged one, and one whose holder voted in a round that is not
    /// accounted for, as in an entry.
    /// </summary>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public static void Require(ClosingStatement statement, Digest head, AggregationPlan plan,
        Func<ulong, bool> isAccountedFor)
    {
        plan.Context(0).Require(statement.Context, statement.Signer);
        if (statement.Head != head)
        {
            throw new ProtocolViolationException(ViolationCode.WrongHead, statement.Signer,
                $"head {head.ToShortString()}", statement.Head.ToShortString());
        }

        statement.RequireSignature(plan.HolderKey(statement.Holder));
        OpeningRules.RequireAccount(statement.VotedRounds, "it closed the plan", statement.Signer, isAccountedFor);
    }

    /// <summary>Refuses fewer than max(t, q_a) statements of distinct holders, and one that is not right.</summary>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public static void Require(TranscriptClosing closing, Digest head, AggregationPlan plan,
        Func<ulong, bool> isAccountedFor)
    {
        plan.Context(0).Require(closing.Context, Party.Server);
        int last = -1;
        foreach (ClosingStatement statement in closing.Statements)
        {
            if (statement.Holder <= last)
            {
                throw new ProtocolViolationException(ViolationCode.DuplicateHolder, Party.Server,
                    "closing statements by rising holder index", $"{statement.Signer} again");
            }

            last = statement.Holder;
            Require(statement, head, plan, isAccountedFor);
        }

        if (closing.Statements.Length < plan.Quorum.Votes)
        {
            throw new ProtocolViolationException(ViolationCode.OpeningBelowQuorum, Party.Server,
                $"{plan.Quorum.Votes} closing statements", $"{closing.Statements.Length}");
        }
    }
}
