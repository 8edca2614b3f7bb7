using System.Collections.Immutable;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Server.State;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>An opened round whose outcome is known and not durable yet.</summary>
internal sealed record StagedRound(RoundWork Work, ModelVersion Version, SumEvidence Evidence,
    ImmutableArray<ProtocolMessage> Records, RoundSummary Summary, string? Ended)
{
    /// <summary>What clients will fetch to check the sum; null in suites where they do not.</summary>
    public OpenedSumFile? Opened { get; init; }

    /// <summary>Whether the session ends before it is done.</summary>
    public bool Incomplete { get; init; }

    /// <summary>What the round told of the model that it stood on; null for nothing.</summary>
    public RoundRecord? Described { get; init; }

    /// <summary>The sum to write as files; null where a model was made of it.</summary>
    public (float[] Sum, long[] Counters)? Sum { get; init; }
}
