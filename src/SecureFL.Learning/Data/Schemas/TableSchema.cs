using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Text;
using SecureFL.Messages.Text;

namespace SecureFL.Learning.Data.Schemas;

/// <summary>How a feature column is read.</summary>
public enum ColumnKind
{
    /// <summary>A number, one feature.</summary>
    Numeric,

    /// <summary>One feature for each agreed category and one for "unseen".</summary>
    Categorical,
}

/// <summary>
/// What to do with a row in which a feature is missing. A row without a label is always dropped, and counted.
/// </summary>
public enum MissingPolicy
{
    /// <summary>Leave the row out.</summary>
    DropRow,

    /// <summary>
    /// Keep it: a number becomes the column's mean when scaling is applied, a category becomes "unseen".
    /// </summary>
    Impute,
}

/// <summary>One feature column.</summary>
public sealed record ColumnSchema
{
    /// <summary>The column's name in the files.</summary>
    public required string Name { get; init; }

    /// <summary>Number or category.</summary>
    public required ColumnKind Kind { get; init; }

    /// <summary>The declared or agreed categories, in the order of their features; empty for numbers.</summary>
    public ImmutableArray<string> Categories { get; init; } = [];

    /// <summary>
    /// How dates or times of day in the column become a number; null where its cells are numbers or categories.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateReading? Dates { get; init; }

    /// <summary>
    /// What stands after the column's numbers, <c>%</c> or <c>mg</c>: cells are read with and without it, never with
    /// another. Null for none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unit { get; init; }

    /// <summary>
    /// Leave out the first category's feature (reference coding). A row of that category is then all zeros.
    /// </summary>
    public bool OmitFirstCategory { get; init; }
}

/// <summary>The label column.</summary>
public sealed record LabelSchema
{
    /// <summary>The column's name in the files.</summary>
    public required string Name { get; init; }

    /// <summary>The task.</summary>
    public required LearningTask Task { get; init; }

    /// <summary>
    /// The classes in the order of their indexes; empty for regression and where <see cref="Threshold"/> decides.
    /// </summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>
    /// With a value, the task is binary and a row's class is 1 where the number in the column exceeds it.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>What stands after the label's numbers; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unit { get; init; }

    /// <summary>What the label is, for people: <c>ill: 2 classes (no, yes), yes is the positive one</c>.</summary>
    [JsonIgnore]
    public string Words => string.Create(
        CultureInfo.InvariantCulture,
        $"{PrintableText.Name(Name)}: {(
            Threshold is double threshold ? $"2 classes, above {threshold:R} (the positive one) and not"
            : Task == LearningTask.Regression ? Unit is null ? "a number" : $"a number, in {PrintableText.Name(Unit)}"
            : $"{ClassCount} classes ({Quoted.List(Classes.Select(PrintableText.Name))}){(Task == LearningTask.Binary ? $", {PrintableText.Name(Classes[1])} is the positive one" : "")}")}");

    /// <summary>Classes of the task, 0 for regression.</summary>
    [JsonIgnore]
    public int ClassCount => Task switch
    {
        LearningTask.Regression => 0,
        LearningTask.Binary => 2,
        _ => Classes.Length,
    };
}

/// <summary>
/// What every site agrees on before training: columns, categories, label. Part of the plan, so that all sites build
/// features of the same meaning and width. Unseen categories have a feature of their own and never change the width.
/// </summary>
public sealed record TableSchema
{
    /// <summary>The name of the feature, after the column's, that stands for categories nobody declared.</summary>
    public const string UnseenCategory = "(unseen)";

    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new NamedEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 8,
    };

    /// <summary>The feature columns in the order of their features.</summary>
    public required ImmutableArray<ColumnSchema> Features { get; init; }

    /// <summary>The label.</summary>
    public required LabelSchema Label { get; init; }

    /// <summary>The rule for missing features.</summary>
    public MissingPolicy Missing { get; init; } = MissingPolicy.DropRow;

    /// <summary>Cells that mean "missing" beside the usual ones, numbers in any spelling; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? MissingValues { get; init; }

    /// <summary>Features a row after one-hot coding.</summary>
    [JsonIgnore]
    public int Width => Features.Sum(WidthOf);

    /// <summary>SHA-256 of the JSON form: two sites with equal digests build the same features.</summary>
    [JsonIgnore]
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, Json)));

    /// <summary>The name of every feature: the column, with <c>=category</c> where it is one-hot.</summary>
    public IReadOnlyList<string> FeatureNames()
    {
        List<string> names = [];
        foreach (ColumnSchema column in Features)
        {
            if (column.Kind == ColumnKind.Numeric)
            {
                names.Add(column.Name);
                continue;
            }

            names.AddRange(column.Categories.Skip(column.OmitFirstCategory ? 1 : 0)
                .Select(category => $"{column.Name}={category}"));
            names.Add($"{column.Name}={UnseenCategory}");
        }

        return names;
    }

    /// <summary>
    /// The names of a label's classes: the schema's, or their numbers where none says; none for regression.
    /// </summary>
    /// <param name="schema">The columns; null for arrays.</param>
    /// <param name="classes">Classes of the task, 0 for regression.</param>
    public static ImmutableArray<string> ClassNames(TableSchema? schema, int classes) =>
        schema is not null && schema.Label.Classes.Length == classes
        ? schema.Label.Classes
        : [.. Enumerable.Range(0, classes).Select(c => c.ToString(CultureInfo.InvariantCulture))];

    private static void CheckUnit(string column, string? unit, bool numbers)
    {
        if (unit is not null && !(numbers && CellUnit.TrySplit("1" + unit, out _, out string same) && same == unit))
        {
            throw new ArgumentException(
                $"column {column} has the unit {PrintableText.Name(unit)}: letters and signs such as %, of numbers "
                + $"alone");
        }
    }

    /// <summary>The JSON form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads the JSON form and checks it.</summary>
    /// <exception cref="DataFormatException">Not JSON of this shape, or a schema that contradicts itself.</exception>
    public static TableSchema FromJson(string json, string source)
    {
        try
        {
            TableSchema schema = JsonSerializer.Deserialize<TableSchema>(json, Json)
                ?? throw new JsonException("null is no schema");
            schema.Check();
            return schema;
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            throw new DataFormatException(source, $"not a table schema: {FaultText.Of(fault)}", inner: fault);
        }
    }

    /// <summary>Refuses a schema that contradicts itself.</summary>
    /// <exception cref="ArgumentException">Names the rule that was broken.</exception>
    public void Check()
    {
        if (Features.IsDefaultOrEmpty)
        {
            throw new ArgumentException("a schema needs at least one feature column");
        }

        if (Features.Any(column => column is null || column.Categories.IsDefault))
        {
            throw new ArgumentException("a column of the schema, or its list of categories, is null");
        }

        PrintableText.RequireName(Label.Name, "the label column's name");
        HashSet<string> names = new(StringComparer.Ordinal) { Label.Name };
        foreach (ColumnSchema column in Features)
        {
            PrintableText.RequireName(column.Name, "the column's name");
            if (!names.Add(column.Name))
            {
                throw new ArgumentException($"column {column.Name} appears twice in the schema");
            }

            CheckDistinct(column.Name, column.Categories);
            CheckUnit(column.Name, column.Unit, column.Kind == ColumnKind.Numeric && column.Dates is null);
            if (column.Kind == ColumnKind.Numeric && column.Categories.Length > 0)
            {
                throw new ArgumentException($"numeric column {column.Name} declares categories");
            }

            if (column.Kind == ColumnKind.Categorical && column.Dates is not null)
            {
                throw new ArgumentException($"column {column.Name} is a category and a date");
            }
        }

        CheckDistinct(Label.Name, Label.Classes);
        CheckUnit(Label.Name, Label.Unit, numbers: true);
        bool fits = (Label.Task, Label.Threshold, Label.Classes.Length) switch
        {
            (LearningTask.Regression, null, 0) => true,
            (LearningTask.Binary, not null, 0) => true,
            (LearningTask.Binary, null, 2) => true,
            (LearningTask.MultiClass, null, >= 2) => true,
            _ => false,
        };
        if (!fits)
        {
            throw new ArgumentException(
                $"label {Label.Name}: {Label.Classes.Length} classes do not fit a {Label.Task} task");
        }
    }

    internal static int WidthOf(ColumnSchema column) =>
        column.Kind == ColumnKind.Numeric
        ? 1 : column.Categories.Length + 1 - (column.OmitFirstCategory && column.Categories.Length > 0 ? 1 : 0);

    private static void CheckDistinct(string column, ImmutableArray<string> values)
    {
        if (values.IsDefault || values.Distinct(StringComparer.Ordinal).Count() != values.Length)
        {
            throw new ArgumentException($"column {column} lists a value twice");
        }

        foreach (string value in values)
        {
            PrintableText.RequireName(value, $"column {column}: the value");
        }
    }
}
