using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Preparation;

/// <summary>
/// What sites find out together before the first round, all of it by sums of counters. The steps follow from it alone.
/// Immutable.
/// </summary>
public sealed record PreparationTerms
{
    /// <summary>The task of the labels.</summary>
    public required LearningTask Task { get; init; }

    /// <summary>Its classes, 0 for regression.</summary>
    public required int Classes { get; init; }

    /// <summary>How features are scaled.</summary>
    public required ScalingKind Scaling { get; init; }

    /// <summary>The numbers of <see cref="ScalingKind.Fixed"/>, null otherwise.</summary>
    public FeatureScaling? Fixed { get; init; }

    /// <summary>What is summed of every feature.</summary>
    public required ImmutableArray<ColumnSum> Columns { get; init; }

    /// <summary>The features' names, for people.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>Which features are 1 where a column has a category, 0 elsewhere.</summary>
    public required ImmutableArray<bool> Categories { get; init; }

    /// <summary>The number of the table's column that each feature is of, or its own for arrays.</summary>
    public required ImmutableArray<int> ColumnOf { get; init; }

    /// <summary>Whether regression targets are scaled.</summary>
    public bool Targets { get; init; }

    /// <summary>Whether rows are counted, for the weight unit.</summary>
    public bool Rows { get; init; }

    /// <summary>Whether rows of every class are counted, for class weights.</summary>
    public bool ClassCounts { get; init; }

    /// <summary>Whether second moments of scaled rows are summed.</summary>
    public bool SecondMoments { get; init; }

    /// <summary>Whether all sites count alike in means of rows; otherwise each by its rows.</summary>
    public bool EqualSites { get; init; }

    /// <summary>The tensors whose clips are found; null where they are given, or nothing is quantised.</summary>
    public ModelLayout? Clips { get; init; }

    /// <summary>The sums that a scaling takes.</summary>
    /// <param name="scaling">The scaling.</param>
    /// <param name="schema">The columns; null for arrays.</param>
    /// <param name="inputs">Features a row.</param>
    /// <param name="task">The task.</param>
    /// <param name="classes">Its classes.</param>
    public static PreparationTerms For(ScalingKind scaling, TableSchema? schema, int inputs, LearningTask task,
        int classes)
    {
        ImmutableArray<string> names = schema is not null ? [.. schema.FeatureNames()]
            : [.. Enumerable.Range(0, inputs).Select(i => $"feature {i + 1}")];
        List<ColumnSum> columns = [];
        List<bool> categories = [];
        List<int> columnOf = [];
        if (schema is null)
        {
            columns.AddRange(
                Enumerable.Repeat(scaling == ScalingKind.None ? ColumnSum.Nothing : SumOf(scaling), inputs));
            categories.AddRange(Enumerable.Repeat(false, inputs));
            columnOf.AddRange(Enumerable.Range(0, inputs));
        }

        foreach (ColumnSchema column in schema?.Features ?? [])
        {
            bool numbers = column.Kind == ColumnKind.Numeric;
            ColumnSum indicator = scaling is ScalingKind.Federated or ScalingKind.Site ? ColumnSum.Indicator
                : ColumnSum.Nothing;
            columns.AddRange(Enumerable.Repeat(numbers ? SumOf(scaling) : indicator, TableSchema.WidthOf(column)));
            categories.AddRange(Enumerable.Repeat(!numbers, TableSchema.WidthOf(column)));
            columnOf.AddRange(
                Enumerable.Repeat(columnOf.Count == 0 ? 0 : columnOf[^1] + 1, TableSchema.WidthOf(column)));
        }

        return new PreparationTerms
        {
            Task = task,
            Classes = classes,
            Scaling = scaling,
            Columns = [.. columns],
            Categories = [.. categories],
            ColumnOf = [.. columnOf],
            Names = names
        };
    }

    private static ColumnSum SumOf(ScalingKind scaling) => scaling switch
    {
        ScalingKind.Federated or ScalingKind.Site => ColumnSum.Deviation,
        ScalingKind.None => ColumnSum.Mean,
        ScalingKind.MinMax => ColumnSum.Range,
        _ => ColumnSum.Nothing,
    };
}
