namespace SecureFL.Protocol.Sessions;

/// <summary>
/// Something that has happened in a round and is durable before it counts. The facts of a round are its state
/// (<see cref="ServerRound"/>).
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Party">Client or holder index, 0 where there is one for the round.</param>
/// <param name="Bytes">The canonical message; what else there is to say of it; empty for nothing.</param>
public readonly record struct RoundFact(FactKind Kind, int Party, ReadOnlyMemory<byte> Bytes)
{
    // A store keeps facts by kind and party, not by the time that they came in.
    private static readonly FactKind[] Causes =
    [
        FactKind.Entry, FactKind.Invitation, FactKind.UploadRoot, FactKind.Withdrawn, FactKind.Header,
        FactKind.CloseAsked, FactKind.Proposal, FactKind.Vote, FactKind.Certificate, FactKind.Release, FactKind.Abort,
        FactKind.Death,
    ];

    /// <summary>Whether it says only that the former fact of its kind and party is none any more.</summary>
    public bool IsTakenBack => Kind == FactKind.UploadRoot && Bytes.IsEmpty;

    /// <summary>Kinds of facts of the same party that are none any more once this one is there.</summary>
    public IReadOnlyList<FactKind> TakesBack => Kind == FactKind.Withdrawn ? [FactKind.Header, FactKind.UploadRoot]
        : IsTakenBack ? [Kind] : [];

    /// <summary>The facts of a round in an order in which each follows from those before it.</summary>
    public static IEnumerable<RoundFact> InOrder(IEnumerable<RoundFact> facts) =>
        facts.Where(fact => Causes.Contains(fact.Kind)).OrderBy(fact => Array.IndexOf(Causes, fact.Kind))
            .ThenBy(fact => fact.Party);
}
