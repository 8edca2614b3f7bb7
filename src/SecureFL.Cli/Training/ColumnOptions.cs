using System.Collections.Immutable;
using System.CommandLine;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data.Schemas;

namespace SecureFL.Cli.Training;

/// <summary>
/// The options that say what columns mean where the rest is found in the tables: the members <c>columns</c> of a
/// description.
/// </summary>
internal static class ColumnOptions
{
    /// <summary>What the options' paths begin with.</summary>
    internal const string Prefix = "columns.";

    /// <summary>The options, for one command.</summary>
    internal static ImmutableArray<TermOption> Create() =>
    [
        TermOption.Text("--label", "columns.label", "COLUMN",
            "the label column, by name or index; -1 is the last column"),
        TermOption.List(
            "--classes", "columns.classes", "VALUE,VALUE",
            "the label's values in their order; another value is an error. Found in the files by default"),
        TermOption.Optional<double>("--label-threshold", "columns.labelThreshold", "NUMBER",
            "makes the label binary: 1 above this number; by default its values decide"),
        TermOption.List("--ignore", "columns.ignore", "COLUMN,COLUMN", "columns that are no features"),
        TermOption.List(
            "--keep", "columns.keep", "COLUMN,COLUMN",
            "columns that are features although they look like identifiers, which are left out"),
        TermOption.List("--categorical", "columns.categorical", "COLUMN,COLUMN",
            "columns of numbers that are categories"),
        TermOption.List(
            "--exact", "columns.exact", "COLUMN,COLUMN",
            "columns of texts in which Yes and yes are two values; elsewhere two spellings of one answer are an error"),
        TermOption.Choice<MissingPolicy>(
            "--missing", "columns.missing",
            "a missing feature: fill it in (numbers by the mean, categories as unseen), or drop its row",
            value => value == MissingPolicy.DropRow ? "drop" : "impute", MissingPolicy.Impute, MissingPolicy.DropRow),
        TermOption.List(
            "--missing-values", "columns.missingValues", "VALUE,VALUE",
            "cells that mean \"missing\" beside the empty ones, ?, NA, N/A, NaN and null"),
        Dates(),
        TermOption.Optional<int>(
            "--max-categories", "columns.maxCategories", "N",
            "a column keeps its N commonest categories, from 1, counted by a secure sum (by plan new: in the "
            + "--schema-from file), the others together; "
            + "by default more than 100 are refused"),
        TermOption.Number<int>(
            "--min-category-count", "columns.minCategoryCount",
            "a category that fewer rows of all sites together have, from 1, falls under the others"),
    ];

    /// <summary>What the options say, over defaults.</summary>
    internal static ColumnTerms Read(ParseResult result, ImmutableArray<TermOption> options) =>
        TermOption.Over(TrainingDescription.Default, options, result).Columns;

    private static TermOption Dates()
    {
        Option<string?> option = new("--dates")
        {
            Description = "how 03/04/2020 is read where a whole column leaves it open",
            HelpName = "day-first|month-first",
        };
        option.AcceptOnlyFromAmong("day-first", "month-first");
        return new TermOption(
            option, "columns.dates",
            result => result.GetValue(option) == "day-first" ? DayMonthOrder.DayFirst : DayMonthOrder.MonthFirst);
    }
}
