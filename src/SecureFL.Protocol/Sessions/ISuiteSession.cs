using System.Collections.Immutable;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites;

namespace SecureFL.Protocol.Sessions;

/// <summary>A suite that has messages of its own between server and key holders, or keeps something between rounds.
/// </summary>
public interface ISessionSuite : ISuite
{
    /// <summary>The suite's half of a session.</summary>
    ISuiteSession CreateSession(AggregationPlan plan);

    /// <summary>The half of a plan's suite; where it has none, one without anything of its own.</summary>
    new static ISuiteSession Of(AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return (plan.Suite as ISessionSuite)?.CreateSession(plan) ?? new PlainSession();
    }
}

/// <summary>
/// A suite's half of a session: what is due to key holders besides the tasks of all suites, and what their answers to
/// that amount to. What a member does where a suite says nothing else is right for a suite whose key holders vote for a
/// set, then release its sum. Without IO, as the session: what is to be durable is given out, and taken up once it is.
/// Not thread-safe.
/// </summary>
public interface ISuiteSession : IDisposable
{
    /// <summary>Names of the values that the suite keeps beyond rounds.</summary>
    IReadOnlyList<string> ValueNames => [];

    /// <summary>Whether the next round can begin.</summary>
    bool IsReady => true;

    /// <summary>What clients need besides an invitation; null for nothing, or while it is being made.</summary>
    SuiteKey? Key => null;

    /// <summary>Tasks that a stream is sent at a time.</summary>
    int TasksAtOnce => 64;

    /// <summary>Takes up values: what has just become durable, or what an earlier process stored.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">A stored message is not what it should be.
    /// </exception>
    void Apply(IReadOnlyList<SuiteValue> values)
    {
    }

    /// <summary>
    /// What must be durable before the session goes on towards <see cref="IsReady"/>; null where key holders or time
    /// are waited for. The same until it is applied.
    /// </summary>
    SuiteStep? Next(TimeSpan now) => null;

    /// <summary>What the role of the next round needs besides.</summary>
    /// <param name="sums">Where large intermediate sums go; null for memory.</param>
    SuiteServerOptions? CreateServerOptions(Func<ISumStore>? sums) => null;

    /// <summary>The set is about to be fixed.</summary>
    /// <param name="round">The round.</param>
    /// <param name="connected">Key holders that are there.</param>
    void PrepareClose(ServerRound round, IReadOnlyCollection<int> connected)
    {
    }

    /// <summary>What a fixed set changes of the suite's values, in the same transaction.</summary>
    IReadOnlyList<SuiteValue> ValuesOf(CertificateProposal proposal) => [];

    /// <summary>Whether a certificate of the votes so far could be opened.</summary>
    bool CanBeOpened(ServerRound round) => true;

    /// <summary>Key holders whose answer to the certificate is whole.</summary>
    int CountReleases(ServerRound round) => round.Holders.Releases.Count;

    /// <summary>Key holders that can answer a certificate.</summary>
    int MostReleases(ServerRound round) => round.Server!.Round.Opening.Entries.Length;

    /// <summary>Tasks that belong to no round.</summary>
    IEnumerable<DueTask> Due(HolderStream stream) => [];

    /// <summary>Tasks of a holder with a part in an opened round, behind those of all suites.</summary>
    IEnumerable<DueTask> Due(ServerRound round, HolderStream stream, TimeSpan now) =>
        DueTasks.Agreement(round, stream.Holder);

    /// <summary>Refuses an entry with which no round could be opened.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">As said.</exception>
    void Require(RoundOpeningEntry entry)
    {
    }

    /// <summary>Takes the answer to a task of this suite.</summary>
    /// <param name="stream">The holder's stream.</param>
    /// <param name="task">The task.</param>
    /// <param name="answer">The canonical answer, empty for "done".</param>
    /// <param name="round">The task's round; null if it is not under way.</param>
    /// <returns>Whether it is one; false: the session takes the answer.</returns>
    /// <exception cref="Messages.Violations.ProtocolViolationException">It is not what the task asks for.</exception>
    bool Handle(HolderStream stream, HolderTaskKey task, byte[] answer, ServerRound? round) => false;

    /// <summary>A holder refuses a task.</summary>
    /// <returns>What follows from it, for people; null for nothing.</returns>
    string? Refused(HolderStream stream, HolderTaskKey task, uint code, TimeSpan now) => null;

    /// <summary>What a holder is waited for; empty for nothing, null where the suite has no say.</summary>
    /// <param name="holder">The holder.</param>
    /// <param name="round">The round under way; null for none.</param>
    string? WaitingFor(int holder, ServerRound? round) => null;
}

/// <summary>A value that a suite keeps beyond rounds.</summary>
/// <param name="Name">Its name. Stable: it is in databases.</param>
/// <param name="Bytes">The value.</param>
public readonly record struct SuiteValue(string Name, ReadOnlyMemory<byte> Bytes);

/// <summary>What a suite does between rounds.</summary>
/// <param name="What">For people.</param>
/// <param name="Values">What must be durable.</param>
/// <param name="Records">What the transcript gets in the same transaction.</param>
public sealed record SuiteStep(string What, ImmutableArray<SuiteValue> Values, ImmutableArray<ProtocolMessage> Records);

/// <summary>What clients need of a suite besides an invitation.</summary>
/// <param name="Epoch">The key epoch.</param>
/// <param name="Record">What all key holders signed.</param>
/// <param name="PublicKey">The public key.</param>
public sealed record SuiteKey(ulong Epoch, ProtocolMessage Record, ProtocolMessage PublicKey);

/// <summary>The half of a suite that has nothing of its own.</summary>
internal sealed class PlainSession : ISuiteSession
{
    public void Dispose()
    {
    }
}
