using System.Collections.Immutable;
using System.Globalization;

namespace SecureFL.Federated.Data;

/// <summary>Decides what task a label column asks for, and its classes.</summary>
internal static class LabelRule
{
    /// <exception cref="DataFormatException">No value, values that fit no task, or other values at other sites.</exception>
    internal static LabelSchema Decide(ColumnFacts label, SchemaOptions options, List<string> notes)
    {
        if (!options.Classes.IsDefaultOrEmpty)
        {
            return Classes(label, options.Task, options.Classes);
        }

        if (label.Numbers + label.Texts + label.Markers == 0)
        {
            throw new DataFormatException(label.Sites[0].Source, "the label has no value in any row", column: label.Name);
        }

        bool numbers = Kind(label, options) == ColumnKind.Numeric;
        bool measured = options.LabelThreshold is not null || options.Task == LearningTask.Regression;
        if (measured && !numbers)
        {
            (ColumnProfile site, ValueCount where) = label.FirstText();
            throw new DataFormatException(site.Source, "the label of a regression or of a threshold holds texts", where.Line, label.Name);
        }

        if (numbers && label.Texts + label.Markers > 0)
        {
            (ColumnProfile site, ValueCount where) = label.FirstText();
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"label {label.Name}: {label.Texts + label.Markers} rows are left out, as their label is no number: {label.OddTexts()}; the first is in {site.Source}, line {where.Line}"));
        }

        if (options.LabelThreshold is double threshold)
        {
            return new LabelSchema { Name = label.Name, Task = LearningTask.Binary, Threshold = threshold };
        }

        ImmutableArray<string> values = Values(label, numbers);
        bool many = label.Sites.Any(site => site.Numbers.Overflow || site.Texts.Overflow);
        LearningTask task = options.Task ?? (many && numbers ? LearningTask.Regression : Task(values, numbers, options.MaxInferredClasses));
        if (task == LearningTask.Regression)
        {
            return new LabelSchema { Name = label.Name, Task = task };
        }

        SpellingRule.Check(label);
        SpellingRule.CheckPairs(label);
        return Classes(label, task, values);
    }

    private static ColumnKind Kind(ColumnFacts label, SchemaOptions options)
    {
        (ColumnKind kind, DateReading? dates) = label.Decide(options);
        return dates is null ? kind : ColumnKind.Categorical;
    }

    private static LabelSchema Classes(ColumnFacts label, LearningTask? task, ImmutableArray<string> values)
    {
        LearningTask decided = task ?? (values.Length == 2 ? LearningTask.Binary : LearningTask.MultiClass);
        bool fits = decided == LearningTask.Binary ? values.Length == 2 : values.Length >= 2;
        return fits && decided != LearningTask.Regression && values.Length <= SchemaOptions.DefaultMaxCategories * 10
            ? new LabelSchema { Name = label.Name, Task = decided, Classes = values }
            : throw new DataFormatException(
                label.Sites[0].Source,
                string.Create(CultureInfo.InvariantCulture, $"the label has {values.Length} different values ({ColumnFacts.Show(values)}), which does not fit a {decided} task"),
                column: label.Name,
                wayOut: "check that --label names the column that is to be predicted");
    }

    private static ImmutableArray<string> Values(ColumnFacts label, bool numbers) => numbers
        ? [.. label.Sites.SelectMany(site => site.Numbers.Counts.Keys).Distinct().Order().Select(SchemaInference.Canonical)]
        : label.AllValues();

    private static LearningTask Task(ImmutableArray<string> values, bool numbers, int maxClasses)
    {
        if (values.Length == 2)
        {
            return LearningTask.Binary;
        }

        bool whole = values.All(value => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
        return numbers && (!whole || values.Length > maxClasses) ? LearningTask.Regression : LearningTask.MultiClass;
    }
}
