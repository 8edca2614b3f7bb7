using System.Collections.Immutable;
using SecureFL.Federated.Data;

namespace SecureFL.Deployment.Plans.Descriptions;

/// <summary>What is said of a table's columns where the rest is to be found in the table: the settled description has a schema in its place.</summary>
public sealed record ColumnTerms
{
    /// <summary>The label column, by name or index; -1 is the last column.</summary>
    public string? Label { get; init; }

    /// <summary>Columns that are no features.</summary>
    public ImmutableArray<string> Ignore { get; init; } = [];

    /// <summary>Columns of numbers that are categories.</summary>
    public ImmutableArray<string> Categorical { get; init; } = [];

    /// <summary>Makes the label binary: 1 above this number.</summary>
    public double? LabelThreshold { get; init; }

    /// <summary>The rule for missing features.</summary>
    public MissingPolicy Missing { get; init; } = MissingPolicy.Impute;
}
