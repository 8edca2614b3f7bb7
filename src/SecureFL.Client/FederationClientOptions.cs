using System.Collections.Immutable;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Parties;

namespace SecureFL.Client;

/// <summary>
/// What a hospital is told about itself. Its state folder holds the journal of what was promised, and the outbox of
/// contributions under way. Immutable.
/// </summary>
public sealed record FederationClientOptions : ConsortiumPartyOptions
{
    /// <summary>The name of a hospital's rows where nothing else is said.</summary>
    public const string DefaultDataSet = "rows";

    /// <summary>
    /// What the hospital's people call the rows: letters, digits, hyphens and underscores, at most 64. All plans that
    /// are answered under one identity and one name share a journal, in the identity's folder, and no question is
    /// answered to two of them. Other rows have another name; the same rows with some more are not others.
    /// </summary>
    public string DataSet { get; init; } = DefaultDataSet;

    /// <summary>
    /// Kinds of questions that this plan may ask although the rows answered them to another plan. Kept with the
    /// approved plan: people decide, knowing who was in the former plan's sums.
    /// </summary>
    public ImmutableArray<QuestionKind> AcceptRepeated { get; init; } = [];
}
