using System.Collections.Immutable;
using System.Globalization;

namespace SecureFL.Federated.Data;

/// <summary>What the user says about the columns; the rest is inferred.</summary>
public sealed record SchemaOptions
{
    /// <summary>The label column, by name or zero-based index (negative from the end).</summary>
    public required string Label { get; init; }

    /// <summary>Columns, by name or index, that are no features.</summary>
    public ImmutableArray<string> Ignore { get; init; } = [];

    /// <summary>Columns to treat as categories although they hold numbers.</summary>
    public ImmutableArray<string> Categorical { get; init; } = [];

    /// <summary>The task, or null to infer it from the label's values.</summary>
    public LearningTask? Task { get; init; }

    /// <summary>Makes the label binary: 1 where the number exceeds this.</summary>
    public double? LabelThreshold { get; init; }

    /// <summary>The rule for missing features.</summary>
    public MissingPolicy Missing { get; init; } = MissingPolicy.DropRow;

    /// <summary>Leave out each categorical column's first category.</summary>
    public bool OmitFirstCategory { get; init; }

    /// <summary>Most categories a column may have; a text column beyond it is refused as an identifier or free text.</summary>
    public int MaxCategories { get; init; } = 100;

    /// <summary>Most distinct whole numbers a label may have to be taken for classes when the task is inferred.</summary>
    public int MaxInferredClasses { get; init; } = 20;
}

/// <summary>
/// Infers a schema from tables that lie on one machine. Across sites that may not show their tables the schema is declared in the plan, its
/// categories agreed by <see cref="CategoryAgreement"/>.
/// </summary>
public static class SchemaInference
{
    /// <summary>The schema that fits all of <paramref name="tables"/>; they must share their column names.</summary>
    /// <exception cref="DataFormatException">A missing column, a text column with too many values, or labels that fit no task.</exception>
    public static TableSchema Infer(IReadOnlyList<RawTable> tables, SchemaOptions options)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(options);
        if (tables.Count == 0)
        {
            throw new ArgumentException("no table to infer a schema from", nameof(tables));
        }

        RawTable first = tables[0];
        string labelName = first.Columns[first.FindColumn(options.Label)];
        HashSet<string> ignored = [labelName, .. options.Ignore.Select(reference => first.Columns[first.FindColumn(reference)])];
        HashSet<string> categorical = [.. options.Categorical.Select(reference => first.Columns[first.FindColumn(reference)])];
        ImmutableArray<ColumnSchema> features =
            [.. first.Columns.Where(name => !ignored.Contains(name)).Select(name => InferColumn(tables, name, categorical.Contains(name), options))];
        if (features.Length == 0)
        {
            throw new DataFormatException(first.Source, "no feature column is left beside the label and the ignored columns");
        }

        TableSchema schema = new() { Features = features, Label = InferLabel(tables, labelName, options), Missing = options.Missing };
        schema.Check();
        return schema;
    }

    /// <summary>The one spelling of a category: numbers in their shortest form, so that <c>1</c>, <c>1.0</c> and <c>01</c> are one category.</summary>
    public static string Canonical(RawTable table, string cell)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.TryParseNumber(cell, out double number) ? (number + 0.0).ToString("R", CultureInfo.InvariantCulture) : cell;
    }

    /// <summary>The distinct canonical values of a column over several tables: numbers first, by size, then texts in ordinal order.</summary>
    internal static ImmutableArray<string> DistinctValues(IReadOnlyList<RawTable> tables, string column, out bool allNumbers)
    {
        SortedDictionary<double, string> numbers = [];
        SortedSet<string> texts = new(StringComparer.Ordinal);
        foreach (RawTable table in tables)
        {
            int position = table.FindColumn(column);
            foreach (RawRow row in table.Rows)
            {
                string cell = row.Cells[position];
                if (MissingValue.Is(cell))
                {
                    continue;
                }

                if (table.TryParseNumber(cell, out double number))
                {
                    numbers[number] = Canonical(table, cell);
                }
                else
                {
                    texts.Add(cell);
                }
            }
        }

        allNumbers = texts.Count == 0;
        return [.. numbers.Values, .. texts];
    }

    private static ColumnSchema InferColumn(IReadOnlyList<RawTable> tables, string name, bool declaredCategorical, SchemaOptions options)
    {
        ImmutableArray<string> values = DistinctValues(tables, name, out bool allNumbers);
        if (allNumbers && !declaredCategorical)
        {
            return new ColumnSchema { Name = name, Kind = ColumnKind.Numeric };
        }

        if (values.Length > options.MaxCategories)
        {
            string problem = $"{values.Length} different texts, at most {options.MaxCategories} categories are accepted; ignore the column or mend its numbers";
            (RawRow row, string source) = FirstText(tables, name);
            throw new DataFormatException(source, problem, row.Line, name);
        }

        return new ColumnSchema { Name = name, Kind = ColumnKind.Categorical, Categories = values, OmitFirstCategory = options.OmitFirstCategory };
    }

    private static (RawRow Row, string Source) FirstText(IReadOnlyList<RawTable> tables, string name)
    {
        foreach (RawTable table in tables)
        {
            int position = table.FindColumn(name);
            foreach (RawRow row in table.Rows)
            {
                if (!MissingValue.Is(row.Cells[position]) && !table.TryParseNumber(row.Cells[position], out _))
                {
                    return (row, table.Source);
                }
            }
        }

        return (tables[0].Rows[0], tables[0].Source);
    }

    private static LabelSchema InferLabel(IReadOnlyList<RawTable> tables, string name, SchemaOptions options)
    {
        if (options.LabelThreshold is double threshold)
        {
            return new LabelSchema { Name = name, Task = LearningTask.Binary, Threshold = threshold };
        }

        string source = tables[0].Source;
        ImmutableArray<string> values = DistinctValues(tables, name, out bool allNumbers);
        LearningTask task = options.Task ?? InferTask(values, allNumbers, options.MaxInferredClasses);
        if (task == LearningTask.Regression)
        {
            return allNumbers && values.Length > 0
                ? new LabelSchema { Name = name, Task = task }
                : throw new DataFormatException(source, "the label of a regression holds texts or nothing", column: name);
        }

        bool fits = task == LearningTask.Binary ? values.Length == 2 : values.Length >= 2;
        return fits
            ? new LabelSchema { Name = name, Task = task, Classes = values }
            : throw new DataFormatException(source, $"the label has {values.Length} different values, which does not fit a {task} task", column: name);
    }

    private static LearningTask InferTask(ImmutableArray<string> values, bool allNumbers, int maxClasses)
    {
        if (values.Length == 2)
        {
            return LearningTask.Binary;
        }

        bool wholeNumbers = values.All(value => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
        return allNumbers && (!wholeNumbers || values.Length > maxClasses) ? LearningTask.Regression : LearningTask.MultiClass;
    }
}
