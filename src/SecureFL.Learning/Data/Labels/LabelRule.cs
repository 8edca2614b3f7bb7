using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.ColumnRules;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Labels;

/// <summary>Decides what task a label column asks for, and its classes.</summary>
internal static class LabelRule
{
    /// <summary>
    /// Most share of words for "no value" in a label of texts; where there are more they are classes.
    /// </summary>
    private const double MostMissing = 0.1;

    private static readonly double[] Codes = [9, 99, 999, 9999, 88, 77, -1, -7, -8, -9, -99, -999, -9999];

    /// <param name="label">The label in all files; files of test rows stand last.</param>
    /// <param name="training">How many of the files hold training rows.</param>
    /// <param name="options">What is said of it.</param>
    /// <param name="exact">Whether spellings that look alike are two classes.</param>
    /// <param name="notes">Takes what people should know.</param>
    /// <exception cref="DataFormatException">
    /// No value, values that fit no task, other values at other sites, two values but for a few cells, or a class of
    /// the test rows alone.
    /// </exception>
    internal static LabelSchema Decide(ColumnFacts label, int training, SchemaOptions options, bool exact,
        List<string> notes)
    {
        if (!options.Classes.IsDefaultOrEmpty)
        {
            ImmutableArray<string> declared = [.. options.Classes.Select(TruthWord.Fold)];
            return Classes(label, options.Task, declared, declared: true);
        }

        if (label.Numbers + label.Texts + label.Markers == 0)
        {
            throw new DataFormatException(label.Sites[0].Source, "the label has no value in any row",
                column: label.Name);
        }

        bool numbers = Kind(label, options) == ColumnKind.Numeric;
        bool measured = options.LabelThreshold is not null || options.Task == LearningTask.Regression;
        if (measured && !numbers)
        {
            (string source, long line) = label.FirstText();
            throw new DataFormatException(source, "the label of a regression or of a threshold holds texts", line,
                label.Name);
        }

        if (numbers && label.Texts + label.Markers > 0)
        {
            (string source, long line) = label.FirstText();
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"label {label.Name}: {label.Texts + label.Markers} rows are left out, as their label is no number: "
                + $"{label.OddTexts()}; the first is in {source}, line {line}"));
        }

        if (options.LabelThreshold is double threshold)
        {
            return new LabelSchema { Name = label.Name, Task = LearningTask.Binary, Threshold = threshold };
        }

        ImmutableArray<string> values = Values(label, numbers, notes);
        bool many = label.Sites.Any(site => site.Numbers.Overflow || site.Codes.Overflow || site.Texts.Overflow);
        ImmutableArray<LabelValue> counted = many ? [] : LabelValue.Of(label);
        if (options.Task != LearningTask.Regression && !many)
        {
            OddLabelRule.CheckTwoValues(label, counted);
        }

        LearningTask task = options.Task switch
        {
            null => Task(values, numbers, counted, options.MaxInferredClasses),
            LearningTask.MultiClass when values.Length == 2 => LearningTask.Binary,
            LearningTask asked => asked,
        };
        if (task == LearningTask.Regression)
        {
            WideCodes.Refuse(label);
            return new LabelSchema { Name = label.Name, Task = task };
        }

        if (!exact)
        {
            SpellingRule.Check(label);
        }

        CellText.Check(label);
        SpellingRule.CheckPairs(label);
        NoteCode(label, values, notes);
        notes.AddRange(many ? [] : OddLabelRule.NoteRare(label, counted));
        OddLabelRule.CheckTestOnly(label, training, values);
        return Classes(label, task, PositiveLast(values));
    }

    /// <summary>What the label is, and how to have it otherwise, in one sentence.</summary>
    internal static string Describe(LabelSchema label, ColumnFacts facts, SchemaOptions options)
    {
        string other = label.Task == LearningTask.Regression
            ? NumberLabelRule.ToClasses(Numbers(facts), options.MaxInferredClasses)
            : label.ClassCount > 2 && Numeric(label.Classes) ? "; --model linear takes it as a number"
            : options.Classes.IsDefaultOrEmpty && label.Classes.Length == 2 && !Numeric(label.Classes)
            ? $"; --classes {Quoted.Argument($"{label.Classes[1]},{label.Classes[0]}")} for the other"
            : "";
        return $"label {label.Words}{other}";
    }

    /// <summary>Two classes with the one that is looked for last: no before yes, nein before ja.</summary>
    private static ImmutableArray<string> PositiveLast(ImmutableArray<string> values) =>
        values.Length == 2 && AnswerWords.IsPositive(values[0], values[1]) ? [values[1], values[0]] : values;

    private static ColumnKind Kind(ColumnFacts label, SchemaOptions options)
    {
        (ColumnKind kind, DateReading? dates) = label.Decide(options);
        if (dates is null)
        {
            return kind;
        }

        (string source, long line, _) = label.FirstDate();
        throw new DataFormatException(
            source,
            "the label holds dates or times, which are neither classes nor a number to predict",
            line,
            label.Name,
            wayOut: "write a number in their place, such as days from admission, or name another column with --label");
    }

    private static LabelSchema Classes(ColumnFacts label, LearningTask? task, ImmutableArray<string> values,
        bool declared = false)
    {
        LearningTask decided = task ?? (values.Length == 2 ? LearningTask.Binary : LearningTask.MultiClass);
        bool two = decided == LearningTask.Binary;
        string count = Count(values);
        string? fault = values.Length == 1
            ? $"the label has one value in all rows ({values[0]}): there is nothing to tell apart"
            : decided == LearningTask.Regression ? "the label is to be a number, and classes are named for it"
            : two && values.Length != 2 ? $"the label has {count}, where the model tells two apart"
            : values.Length > Most(declared) ? $"the label has {count}, at most {Most(declared)} classes are accepted"
            : null;
        if (fault is null)
        {
            return new LabelSchema { Name = label.Name, Task = decided, Classes = values };
        }

        throw new DataFormatException(
            label.Sites[0].Source,
            fault,
            column: label.Name,
            wayOut: values.Length <= Most(declared) ? "check that --label names the column that is to be predicted"
                : Numeric(values) ? "--model linear takes it as a number, --label-threshold makes two classes of it"
                : "put the values together in fewer classes, or name another column with --label");
    }

    /// <summary>
    /// Points out a rare class of nines or below zero that stands apart from all others: 9 beside 0 and 1.
    /// </summary>
    private static void NoteCode(ColumnFacts label, ImmutableArray<string> values, List<string> notes)
    {
        if (values.Length < 3 || !Numeric(values))
        {
            return;
        }

        double[] numbers = [.. values.Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
        foreach (double code in numbers.Where(number => Codes.Contains(number)))
        {
            long count =
                label.Sites.Sum(site => site.Numbers.Counts.TryGetValue(code, out ValueCount at) ? (long)at.Count : 0);
            if (count <= MostMissing * label.Numbers
                && numbers.Where(number => number != code).Min(number => Math.Abs(number - code)) > 1)
            {
                notes.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"label {label.Name}: {code:R} in {count} rows is a class of its own; if it means no value: "
                    + $"--missing-values {code:R}, in all columns"));
            }
        }
    }

    private static bool Numeric(ImmutableArray<string> values) =>
        values.All(value => NumberFormat.Plain.TryParse(value, out _));

    private static int Most(bool declared) => SchemaOptions.DefaultMaxCategories * (declared ? 10 : 1);

    private static string Count(ImmutableArray<string> values) =>
        string.Create(CultureInfo.InvariantCulture, $"{values.Length} different values ({Quoted.List(values)})");

    private static ImmutableArray<string> Numbers(ColumnFacts label) =>
        [.. label.AllNumbers()];

    /// <summary>
    /// The classes that stand in the files; words for "no value" are none where they are few, which is said.
    /// </summary>
    private static ImmutableArray<string> Values(ColumnFacts label, bool numbers, List<string> notes)
    {
        if (numbers)
        {
            return Numbers(label);
        }

        ImmutableArray<string> all = label.AllValues();
        HashSet<string> words = [.. label.Sites.SelectMany(site => site.Markers.Counts.Keys)];
        ImmutableArray<string> classes = [.. all.Where(value => !words.Contains(value))];
        long cells = label.Numbers + label.Texts + label.Markers;
        if (label.Markers == 0 || label.Markers > MostMissing * cells || classes.Length < 2)
        {
            return all;
        }

        string list = string.Join(", ", words.Order(StringComparer.Ordinal).Select(Quoted.Text));
        notes.Add(
            string.Create(CultureInfo.InvariantCulture,
                $"label {label.Name}: {label.Markers} rows are left out, as {list} ")
            + $"means no value; if it is a class: --classes {string.Join(',', all)}");
        return classes;
    }

    private static LearningTask Task(ImmutableArray<string> values, bool numbers, ImmutableArray<LabelValue> counted,
        int most) =>
        !numbers ? values.Length == 2 ? LearningTask.Binary : LearningTask.MultiClass
        : counted.IsEmpty || !NumberLabelRule.AreClasses([.. counted.Where(value => values.Contains(value.Text))], most)
        ? LearningTask.Regression
        : values.Length == 2 ? LearningTask.Binary : LearningTask.MultiClass;
}
