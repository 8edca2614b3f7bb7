using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Settings;

namespace SecureFL.Consortium.Plans.Descriptions;

/// <summary>
/// What is said of a table's columns where the rest is to be found in the table: the settled description has a schema
/// in its place.
/// </summary>
public sealed record ColumnTerms
{
    /// <summary>The label column, by name or index; -1 is the last column.</summary>
    public string? Label { get; init; }

    /// <summary>The label's values in their order; empty to find them. Another value is an error.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>Makes the label binary: 1 above this number.</summary>
    public double? LabelThreshold { get; init; }

    /// <summary>Columns that are no features.</summary>
    public ImmutableArray<string> Ignore { get; init; } = [];

    /// <summary>Columns that are features although they look like identifiers.</summary>
    public ImmutableArray<string> Keep { get; init; } = [];

    /// <summary>Columns of numbers that are categories.</summary>
    public ImmutableArray<string> Categorical { get; init; } = [];

    /// <summary>Columns in which every letter's case tells values apart.</summary>
    public ImmutableArray<string> Exact { get; init; } = [];

    /// <summary>The rule for missing features.</summary>
    public MissingPolicy Missing { get; init; } = MissingPolicy.Impute;

    /// <summary>Cells that mean "missing" beside the usual ones.</summary>
    public ImmutableArray<string> MissingValues { get; init; } = [];

    /// <summary>The order of day and month where a column leaves it open; null refuses such a column.</summary>
    public DayMonthOrder? Dates { get; init; }

    /// <summary>Categories that a column keeps, the commonest; null refuses columns with more than 100.</summary>
    [Within(1)]
    public int? MaxCategories { get; init; }

    /// <summary>Rows of all sites together that a category needs, at least 1.</summary>
    [Within(1)]
    public int MinCategoryCount { get; init; } = 1;

    /// <summary>Refuses values out of their range.</summary>
    /// <exception cref="DescriptionException">Names the member.</exception>
    public void Check()
    {
        if (MaxCategories is < 1 || MinCategoryCount < 1)
        {
            throw new DescriptionException(
                $"columns.maxCategories {MaxCategories?.ToString() ?? "none"}, columns.minCategoryCount "
                + $"{MinCategoryCount}: "
                + $"numbers from 1",
                "for example 50 and 1");
        }
    }

    /// <summary>The same for inference from tables.</summary>
    /// <param name="task">A task that is asked for; null to find it.</param>
    /// <exception cref="InvalidOperationException">No label is named.</exception>
    public SchemaOptions ToSchemaOptions(LearningTask? task = null) => new()
    {
        Label = Label ?? throw new InvalidOperationException("no label is named"),
        Classes = Classes,
        LabelThreshold = LabelThreshold,
        Ignore = Ignore,
        Keep = Keep,
        Categorical = Categorical,
        Exact = Exact,
        Missing = Missing,
        MissingValues = MissingValues,
        Dates = Dates switch
        {
            DayMonthOrder.DayFirst => DateReading.DayFirst,
            DayMonthOrder.MonthFirst => DateReading.MonthFirst,
            _ => null,
        },
        MaxCategories = MaxCategories,
        Task = task,
    };
}
