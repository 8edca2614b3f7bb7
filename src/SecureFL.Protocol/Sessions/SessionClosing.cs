using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;

namespace SecureFL.Protocol.Sessions;

/// <summary>
/// The end of a session: gathers the key holders' closing statements until they are enough. Nothing of it is durable
/// here: a holder gives the same one again. Not thread-safe.
/// </summary>
/// <param name="plan">The plan.</param>
/// <param name="head">The final head of the model chain.</param>
/// <param name="isDead">Whether a round is proven dead in the transcript.</param>
public sealed class SessionClosing(AggregationPlan plan, Digest head, Func<ulong, bool> isDead)
{
    private readonly SortedDictionary<int, ClosingStatement> _statements = [];

    /// <summary>Whether there are enough statements to close the transcript.</summary>
    public bool IsComplete => _statements.Count >= plan.Quorum.Votes;

    /// <summary>Whether a holder has given its statement.</summary>
    public bool HasAnswered(int holder) => _statements.ContainsKey(holder);

    /// <summary>Takes a holder's statement.</summary>
    /// <exception cref="ProtocolViolationException">Of another head, forged, or with a vote in a round that is neither
    /// on the chain nor proven dead.</exception>
    public void Handle(ClosingStatement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ClosingRules.Require(statement, head, plan, isDead);
        _statements[statement.Holder] = statement;
    }

    /// <summary>The closing record's payload.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.OpeningBelowQuorum"/>.</exception>
    public TranscriptClosing Create()
    {
        TranscriptClosing closing = TranscriptClosing.Create(plan.Context(0), _statements.Values);
        ClosingRules.Require(closing, head, plan, isDead);
        return closing;
    }
}
