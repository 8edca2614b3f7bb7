using System.Collections.Immutable;
using SecureFL.Learning.Data.Cells;

namespace SecureFL.Learning.Data.Schemas;

/// <summary>What the user says about the columns; the rest is inferred.</summary>
public sealed record SchemaOptions
{
    /// <summary>Most categories a column has where nobody says another number.</summary>
    public const int DefaultMaxCategories = 100;

    /// <summary>The label column, by name or zero-based index (negative from the end).</summary>
    public required string Label { get; init; }

    /// <summary>Columns, by name or index, that are no features.</summary>
    public ImmutableArray<string> Ignore { get; init; } = [];

    /// <summary>Columns that are features although they look like identifiers.</summary>
    public ImmutableArray<string> Keep { get; init; } = [];

    /// <summary>Columns to treat as categories although they hold numbers.</summary>
    public ImmutableArray<string> Categorical { get; init; } = [];

    /// <summary>Columns of texts in which every letter's case and every space tells values apart.</summary>
    public ImmutableArray<string> Exact { get; init; } = [];

    /// <summary>
    /// The task, or null to infer it from the label's values. Several classes may turn out to be two.
    /// </summary>
    public LearningTask? Task { get; init; }

    /// <summary>Makes the label binary: 1 where the number exceeds this.</summary>
    public double? LabelThreshold { get; init; }

    /// <summary>The label's classes in their order; empty to find them. Another value is an error.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>The rule for missing features.</summary>
    public MissingPolicy Missing { get; init; } = MissingPolicy.DropRow;

    /// <summary>Cells that mean "missing", beside the usual ones.</summary>
    public ImmutableArray<string> MissingValues { get; init; } = [];

    /// <summary>The order of day and month where the cells leave it open; null refuses.</summary>
    public DateReading? Dates { get; init; }

    /// <summary>Leave out each categorical column's first category.</summary>
    public bool OmitFirstCategory { get; init; }

    /// <summary>
    /// Most categories of a column; the rarest beyond it fall under "unseen". Null refuses a column of more than
    /// <see cref="DefaultMaxCategories"/> as an identifier or free text.
    /// </summary>
    public int? MaxCategories { get; init; }

    /// <summary>
    /// Most distinct whole numbers a label may have to be taken for classes when the task is inferred, and they are few
    /// or evenly common.
    /// </summary>
    public int MaxInferredClasses { get; init; } = 20;
}
