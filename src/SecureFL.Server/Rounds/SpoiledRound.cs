using System.Globalization;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Text;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>
/// What follows a round that the key holders released and that has no sum. Its contributors are spent: another sum on
/// the same model with one of them missing would be an exact difference (specification, section 5.6). The others may
/// still contribute on it.
/// </summary>
internal static class SpoiledRound
{
    /// <summary>Why a group has no sum, for people. By whom cannot be told.</summary>
    public static string Reason(GroupStatus status) => status switch
    {
        GroupStatus.KeyOutOfBound => "a contribution's key was malformed",
        GroupStatus.LaneOutOfRange => "the sum is out of range: a contribution was malformed",
        GroupStatus.ResidualVariance => "the sum's errors spread too wide: a contribution was malformed",
        _ => status.ToString(),
    };

    /// <summary>Why an opened sum is of no use, for people: what was read of it. By whom cannot be told.</summary>
    public static string Reason(Exception fault) => fault is ProtocolViolationException violation
        ? $"expected {violation.Expected}; the sum says {violation.Received}; a client sent false numbers"
        : $"the sum cannot be read, by {fault.GetType().Name} ({FaultText.Of(fault)}): a client sent false numbers, or "
            + "this program has a fault, which the server's log shows";

    /// <summary>
    /// Clients that are spent on the newest model: those of the spoiled rounds since the last one that was not.
    /// </summary>
    public static HashSet<string> Spent(IEnumerable<RoundSummary> rounds) =>
    [
        .. rounds.Where(round => round.Outcome != RoundPhase.Dead).Reverse()
            .TakeWhile(round => round.Outcome == RoundPhase.Spoiled).SelectMany(round => round.Spent),
    ];

    /// <summary>Why no further round can come after this one; null if one can.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="spoiled">The round.</param>
    /// <param name="before">The rounds before it.</param>
    /// <param name="eligible">The clients that take part in rounds of its kind on its model.</param>
    public static string? End(AggregationPlan plan, RoundSummary spoiled, IEnumerable<RoundSummary> before,
        IReadOnlyCollection<string> eligible)
    {
        int left = eligible.Except(Spent(before.Append(spoiled))).Count();
        if (plan.Settings.AllowEarlyResubmission || left >= plan.Settings.MinClients)
        {
            return null;
        }

        string what = spoiled.Kind == RoundKind.Evaluation ? "training has ended, its evaluation has not: " : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what}round {spoiled.Round} was spoiled ({spoiled.Reason}); {left} of {eligible.Count} clients may "
            + $"still contribute on this model, a sum has at least {plan.Settings.MinClients}");
    }
}
