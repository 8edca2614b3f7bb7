namespace SecureFL.Aggregation;

/// <summary>Who contributed on which model in which round, over a whole transcript. Not thread-safe.</summary>
internal sealed class AuditedPast
{
    private readonly Dictionary<(int Client, Digest Model), List<ulong>> _rounds = [];
    private readonly HashSet<ulong> _dead = [];

    /// <summary>The newest recorded joint key, and the count of coefficients decrypted under it.</summary>
    public KeyEpochRecord? Key { get; private set; }

    public long Decrypted { get; private set; }

    /// <summary>Takes a key epoch; refuses one that is not newer or not confirmed by every key holder.</summary>
    public void Renew(KeyEpochRecord record, AggregationPlan plan)
    {
        EpochRules.Require(record, plan);
        if (Key is not null && record.Context.Round <= Key.Context.Round)
        {
            throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
                $"an epoch after {Key.Context.Round}", $"{record.Context.Round}");
        }

        Key = record;
        Decrypted = 0;
    }

    /// <summary>Refuses a count that forgets rounds.</summary>
    public void Spend(CertificateProposal proposal, AggregationPlan plan)
    {
        long least = checked(Decrypted + JointKeyRules.Cost(proposal, plan));
        if (proposal.JointKey!.Decrypted < least)
        {
            throw new ProtocolViolationException(
                ViolationCode.KeyExhausted, Party.Server, $"a count of at least {least} decrypted coefficients",
                $"{proposal.JointKey.Decrypted}");
        }

        Decrypted = proposal.JointKey.Decrypted;
    }

    public void Bury(ulong round) => _dead.Add(round);

    public void RequireFresh(ContributionStatement statement, Digest model, AggregationPlan plan)
    {
        if (!_rounds.TryGetValue((statement.Client, model), out List<ulong>? rounds))
        {
            _rounds.Add((statement.Client, model), rounds = []);
        }

        if (!plan.Settings.AllowEarlyResubmission && rounds.Any(former => !_dead.Contains(former)))
        {
            throw new ProtocolViolationException(
                ViolationCode.SecondContributionOnBase, statement.Signer, "one contribution on a model",
                $"another one in round {statement.Context.Round}");
        }

        rounds.Add(statement.Context.Round);
    }
}
