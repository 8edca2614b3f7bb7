using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Rules;

/// <summary>What everyone checks of a round's task.</summary>
internal static class TaskRules
{
    /// <summary>Refuses a task that the plan has no place for: without terms there are sums alone, and sums have no
    /// steps; no plan has more steps than rounds.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.WrongTask"/>.</exception>
    public static void Require(RoundTask task, AggregationPlan plan)
    {
        if (task.Kind == TaskKind.Sum ? task.Step != 0 : plan.Settings.Terms == default)
        {
            throw Wrong(task.Kind == TaskKind.Sum ? "a sum of vectors at step 0"
                : "a sum of vectors: the plan has no terms", $"{task}", Party.Server);
        }

        // A step takes a round.
        if (task.Step >= (ulong)plan.Settings.Rounds)
        {
            throw Wrong($"a step before {plan.Settings.Rounds}, the plan's rounds", $"{task}", Party.Server);
        }
    }

    /// <summary>Refuses a task that is not the one expected.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.WrongTask"/>.</exception>
    public static void RequireSame(Digest expected, Digest found, Party sender)
    {
        if (expected != found)
        {
            throw Wrong($"the task {expected.ToShortString()}", found.ToShortString(), sender);
        }
    }

    /// <summary>Refuses a task that is not the one expected.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.WrongTask"/>.</exception>
    public static void RequireSame(RoundTask expected, RoundTask found)
    {
        if (expected != found)
        {
            throw Wrong($"{expected}", $"{found}", Party.Server);
        }
    }

    private static ProtocolViolationException Wrong(string expected, string found, Party sender) =>
        new(ViolationCode.WrongTask, sender, expected, found);
}
