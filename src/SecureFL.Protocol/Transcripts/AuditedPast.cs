using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;

namespace SecureFL.Protocol.Transcripts;

/// <summary>Who contributed on which model in which round, over a whole transcript. Not thread-safe.</summary>
internal sealed class AuditedPast
{
    private readonly Dictionary<(int Client, Digest Model), List<ulong>> _rounds = [];
    private readonly HashSet<ulong> _dead = [];

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
