using SecureFL.Messages.Primitives;

namespace SecureFL.Messages.Wire;

/// <summary>
/// What a plan fixes about its messages: which context they must carry, how many parties there are, how many bytes each
/// part has. All that a parser needs to know; a message knows no plan. Immutable.
/// </summary>
public sealed record MessageLimits
{
    /// <summary>The suite that every message must name.</summary>
    public required Suite Suite { get; init; }

    /// <summary>The plan's digest, which every message must carry.</summary>
    public required Digest Plan { get; init; }

    /// <summary>The session, which every message must carry.</summary>
    public required SessionId Session { get; init; }

    /// <summary>Rounds are numbered from 0 to one less than this.</summary>
    public required int Rounds { get; init; }

    /// <summary>Enrolled clients.</summary>
    public required int Clients { get; init; }

    /// <summary>Most clients of one group.</summary>
    public required int ClientsInGroup { get; init; }

    /// <summary>Key holders.</summary>
    public required int KeyHolders { get; init; }

    /// <summary>Most model versions of an invitation.</summary>
    public required int BaseVersions { get; init; }

    /// <summary>Chunks of a contribution.</summary>
    public required long Chunks { get; init; }

    /// <summary>Bytes of what differs from suite to suite.</summary>
    public required SuiteSizes Sizes { get; init; }

    /// <summary>Sizes of the messages that only suites with a joint key have.</summary>
    /// <exception cref="InvalidOperationException">The suite has no joint key.</exception>
    internal JointKeySizes JointKey =>
        Sizes.JointKey ?? throw new InvalidOperationException("the plan's suite has no joint key");

    /// <summary>The front of a message of this plan about a round.</summary>
    public RoundContext Context(ulong round) => new(Suite, Plan, Session, round);
}
