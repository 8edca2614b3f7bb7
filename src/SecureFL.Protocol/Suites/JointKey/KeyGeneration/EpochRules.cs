using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;

namespace SecureFL.Protocol.Suites.JointKey.KeyGeneration;

/// <summary>What everyone checks of the messages of a key epoch.</summary>
public static class EpochRules
{
    /// <summary>Refuses a record without the signed confirmation of every key holder for exactly this key.</summary>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public static void Require(KeyEpochRecord record, AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(plan);
        RequireAll(record.Confirmations.Select(c => c.Holder), plan);
        foreach (KeyEpochConfirmation confirmation in record.Confirmations)
        {
            Require(confirmation, record.Context, record.Commitments, record.PublicKey, plan);
        }
    }

    internal static void Require(KeyEpochOpening opening, AggregationPlan plan)
    {
        RequireAll(opening.Entries.Select(e => e.Holder), plan);
        foreach (KeyEpochEntry entry in opening.Entries)
        {
            Require(entry, opening.Context, plan);
        }
    }

    internal static void Require(KeyEpochEntry entry, RoundContext context, AggregationPlan plan)
    {
        context.Require(entry.Context, entry.Signer);
        entry.RequireSignature(plan.HolderKey(entry.Holder));
        SealingKey.Require(entry.SealingKey.Span, entry.Signer);
    }

    internal static void Require(KeyEpochCommitments commitments, RoundContext context, Digest opening,
        AggregationPlan plan)
    {
        context.Require(commitments.Context, Party.Server);
        RequireAll(commitments.Commitments.Select(c => c.Holder), plan);
        foreach (PublicKeyCommitment commitment in commitments.Commitments)
        {
            Require(commitment, context, opening, plan);
        }
    }

    internal static void Require(PublicKeyCommitment commitment, RoundContext context, Digest opening,
        AggregationPlan plan)
    {
        context.Require(commitment.Context, commitment.Signer);
        Require(commitment.Opening == opening, ViolationCode.WrongOpening, commitment.Signer, opening,
            commitment.Opening);
        commitment.RequireSignature(plan.HolderKey(commitment.Holder));
    }

    internal static void Require(KeyEpochConfirmation confirmation, RoundContext context, Digest commitments,
        Digest publicKey, AggregationPlan plan)
    {
        context.Require(confirmation.Context, confirmation.Signer);
        Require(confirmation.Commitments == commitments, ViolationCode.WrongOpening, confirmation.Signer, commitments,
            confirmation.Commitments);
        Require(confirmation.PublicKey == publicKey, ViolationCode.WrongJointKey, confirmation.Signer, publicKey,
            confirmation.PublicKey);
        confirmation.RequireSignature(plan.HolderKey(confirmation.Holder));
    }

    private static void RequireAll(IEnumerable<int> holders, AggregationPlan plan)
    {
        if (!holders.SequenceEqual(Enumerable.Range(0, plan.Quorum.KeyHolders)))
        {
            throw new ProtocolViolationException(
                ViolationCode.OpeningBelowQuorum, Party.Server,
                $"all {plan.Quorum.KeyHolders} key holders in a key epoch", string.Join(", ", holders));
        }
    }

    private static void Require(bool holds, ViolationCode code, Party offender, Digest expected, Digest received)
    {
        if (!holds)
        {
            throw new ProtocolViolationException(code, offender, expected.ToShortString(), received.ToShortString());
        }
    }
}
