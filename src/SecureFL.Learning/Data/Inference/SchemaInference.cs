using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.ColumnRules;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Labels;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Inference;

/// <summary>A schema with what was decided on the way to it.</summary>
/// <param name="Schema">The columns, their kinds, the label.</param>
/// <param name="Notes">For people, one sentence each: columns left out, cells that are no number, dates, codes that
/// look like "missing".</param>
/// <param name="Profiles">What the files show, in their order.</param>
public sealed record InferredSchema(TableSchema Schema, ImmutableArray<string> Notes,
    ImmutableArray<TableProfile> Profiles)
{
    /// <summary>What the label was taken for and how to have it otherwise, one sentence.</summary>
    public required string LabelNote { get; init; }
}

/// <summary>
/// Infers a schema from tables that lie on one machine. Across sites that may not show their tables the schema is
/// declared in the plan, its categories agreed by <see cref="CategoryAgreement"/>.
/// </summary>
public static class SchemaInference
{
    /// <summary>Most different texts of a column that is capped.</summary>
    private const int MostCandidates = 10_000;

    /// <summary>The schema that fits all of <paramref name="tables"/>; they must share their column names.</summary>
    /// <exception cref="DataFormatException">As <see cref="Examine"/>.</exception>
    public static TableSchema Infer(IReadOnlyList<RawTable> tables, SchemaOptions options) =>
        Examine(tables, options).Schema;

    /// <summary>
    /// As <see cref="Infer"/>, with the reasons. A column with more texts than
    /// <see cref="SchemaOptions.MaxCategories"/> keeps all as candidates.
    /// </summary>
    /// <exception cref="DataFormatException">
    /// A column that is missing somewhere, mixtures of numbers and texts, ambiguous dates, two spellings of one answer,
    /// a text column with too many values, or labels that fit no task.
    /// </exception>
    /// <param name="tables">Training files, then files of test rows.</param>
    /// <param name="options">What is said of the columns.</param>
    /// <param name="tests">How many of the last are files of test rows.</param>
    public static InferredSchema Examine(IReadOnlyList<RawTable> tables, SchemaOptions options, int tests = 0)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(options);
        if (tables.Count == 0)
        {
            throw new ArgumentException("no table to infer a schema from", nameof(tables));
        }

        ColumnRoles roles = ColumnRoles.Of(tables, options);
        MissingCodes codes = new(options.MissingValues);
        ImmutableArray<TableProfile> profiles = [.. tables.Select(table => TableProfile.Of(table, codes))];
        List<string> notes = [];
        List<ColumnSchema> features = [];
        foreach (string name in roles.Features)
        {
            ColumnFacts facts = new(name, [.. profiles.Select(profile => profile.Find(name)!)]);
            if (Feature(facts, roles, options, notes) is ColumnSchema feature)
            {
                features.Add(feature);
            }
        }

        ColumnFacts label = new(roles.Label, [.. profiles.Select(profile => profile.Find(roles.Label)!)], label: true);
        UnitReading? labelUnit = options.Classes.IsDefaultOrEmpty ? UnitRule.Of(label) : null;
        ColumnFacts measured = labelUnit?.Facts ?? label;
        LabelSchema labelSchema = LabelRule.Decide(measured, tables.Count - tests, options,
            roles.Exact.Contains(roles.Label), notes);
        labelSchema = labelSchema with { Unit = labelUnit?.Unit };
        notes.AddRange(labelUnit is null ? [] : [labelUnit.Note]);
        notes.AddRange(labelSchema.Task == LearningTask.Regression ? FarCellRule.Sentences(measured) : []);
        if (features.Count == 0)
        {
            throw new DataFormatException(
                tables[0].Source, "no feature column is left beside the label and the columns left out",
                wayOut: notes.Count > 0 ? notes[0] : null);
        }

        TableSchema schema = new()
        {
            Features = [.. features],
            Label = labelSchema,
            Missing = options.Missing,
            MissingValues = options.MissingValues.IsDefaultOrEmpty ? null : options.MissingValues,
        };
        schema.Check();
        return new InferredSchema(schema, [.. notes], profiles)
        { LabelNote = LabelRule.Describe(labelSchema, measured, options) };
    }

    /// <summary>Refuses a class that only test rows have.</summary>
    /// <param name="label">The label; one without classes has none to refuse.</param>
    /// <param name="training">Tables of training rows.</param>
    /// <param name="tests">Tables of test rows.</param>
    /// <param name="missing">Cells that mean no value.</param>
    /// <exception cref="DataFormatException">Names the first such row.</exception>
    public static void RefuseTestOnlyClasses(
        LabelSchema label, IReadOnlyList<RawTable> training, IReadOnlyList<RawTable> tests,
        ImmutableArray<string> missing)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(tests);
        if (!label.Classes.IsDefaultOrEmpty)
        {
            MissingCodes codes = new(missing);
            ColumnFacts facts = new(label.Name,
                [.. training.Concat(tests).Select(table => ColumnProfile.Of(table, label.Name, label.Unit, codes))],
                label: true);
            OddLabelRule.CheckTestOnly(facts, training.Count, label.Classes);
        }
    }

    private static ColumnSchema? Feature(ColumnFacts written, ColumnRoles roles, SchemaOptions options,
        List<string> notes)
    {
        bool declared = roles.Categorical.Contains(written.Name);
        UnitReading? unit = declared ? null : UnitRule.Of(written);
        ColumnFacts facts = unit?.Facts ?? written;
        if (!declared)
        {
            DateColumnRule.Check(facts);
        }

        if (!declared && !roles.Kept.Contains(facts.Name) && IdentifierRule.Reason(facts) is string reason
            && IsNoDate(facts, options))
        {
            notes.Add(ShortDates.Of(facts) is ShortDates unread
                ? $"column {facts.Name} is left out, as it holds {unread.What}; {unread.WayOut}"
                : DigitTexts.Sentence(facts) is string digits
                ? $"column {facts.Name} is left out, as it {reason}; {digits}"
                : $"column {facts.Name} is left out, as it {reason}; --keep {facts.Name} makes it a feature");
            return null;
        }

        (ColumnKind kind, DateReading? dates) = declared ? (ColumnKind.Categorical, null) : facts.Decide(options);
        if (kind == ColumnKind.Numeric)
        {
            WideCodes.Refuse(facts);
            bool kept = roles.Kept.Contains(facts.Name);
            notes.AddRange([.. unit is null ? Array.Empty<string>() : [unit.Note], .. NumberNotes(facts, dates, kept)]);
            return new ColumnSchema { Name = facts.Name, Kind = kind, Dates = dates, Unit = unit?.Unit };
        }

        if (!declared && ShortDates.Of(facts) is ShortDates dated)
        {
            notes.Add(
                $"column {facts.Name} holds {dated.What} and is taken as categories without order; {dated.WayOut}");
        }
        else if (!declared && CellText.FirstWithNumber(facts) is string amount)
        {
            notes.Add(
                $"column {facts.Name}: most cells begin with a number ({Quoted.Text(amount)}) and are taken "
                + $"as categories without order; "
                + $"write a number in each where they are amounts, a range as its middle; --categorical "
                + $"{facts.Name} where they are categories");
        }

        return new ColumnSchema
        {
            Name = facts.Name,
            Kind = kind,
            Categories = Categories(facts, roles, options),
            OmitFirstCategory = options.OmitFirstCategory,
        };
    }

    private static bool IsNoDate(ColumnFacts facts, SchemaOptions options) =>
        (facts.Texts == 0 && !CompactDates.Hold(facts)) || facts.Decide(options).Dates is null;

    private static ImmutableArray<string> Categories(ColumnFacts facts, ColumnRoles roles, SchemaOptions options)
    {
        ImmutableArray<string> values = facts.AllValues();
        int most = options.MaxCategories is null ? SchemaOptions.DefaultMaxCategories : MostCandidates;
        bool more = facts.Sites.Any(site => site.Texts.Overflow || site.Numbers.Overflow || site.Codes.Overflow);
        if (values.Length > most || more)
        {
            string count = string.Create(CultureInfo.InvariantCulture, $"{(more ? "more than " : "")}{values.Length}");
            if (ShortDates.Of(facts) is null && DateColumnRule.Mixture(facts) is DataFormatException mixture)
            {
                throw mixture;
            }

            bool texts = facts.Texts + facts.Markers > 0;
            (string source, long line) = texts ? facts.FirstText() : (facts.Sites[0].Source, 0);
            throw new DataFormatException(
                source,
                string.Create(CultureInfo.InvariantCulture,
                    $"{count} different {(texts ? "texts" : "numbers")}, at most {most} categories are accepted"),
                texts ? line : null,
                facts.Name,
                wayOut: ShortDates.Of(facts) is ShortDates written
                    ? $"the column holds {written.What}; {written.WayOut}"
                    : DigitTexts.Sentence(facts) is string digits ? $"{digits}; --ignore {facts.Name} leaves it out"
                    : options.MaxCategories is null
                    ? $"--ignore {facts.Name} leaves the column out, --max-categories 50 keeps the 50 commonest and "
                    + $"puts the others together"
                    : $"--ignore {facts.Name}");
        }

        CellText.Check(facts);
        if (!roles.Exact.Contains(facts.Name))
        {
            SpellingRule.Check(facts);
        }

        return values;
    }

    private static string CompactNote(ColumnFacts facts) =>
        $"; {NumberSpelling.Of(facts.Sites.First(CompactDates.Are).Minimum)} is read as yyyymmdd";

    private static IEnumerable<string> NumberNotes(ColumnFacts facts, DateReading? dates, bool kept)
    {
        if (dates is DateReading reading)
        {
            string how = reading switch
            {
                DateReading.Clock => "times of day, as seconds since midnight",
                DateReading.DayFirst => "dates with the day first, as days since 1970-01-01",
                DateReading.MonthFirst => "dates with the month first, as days since 1970-01-01",
                _ => "dates, as days since 1970-01-01",
            };
            string[] open = [.. facts.OpenDates().Select(site => site.Source)];
            string also = open.Length == 0 || open.Length == facts.Sites.Length ? ""
                : $"; all dates of {string.Join(", ", open)} can have the day or the month first and are read as "
                + $"the others: make sure";
            yield return $"column {facts.Name}: {how}{also}{(facts.Numbers > 0 ? CompactNote(facts) : "")}";
            foreach ((string cell, long count) in SentinelRule.FindDates(facts))
            {
                yield return SentinelRule.Sentence(facts.Name, cell, count);
            }

            yield break;
        }

        if (facts.Numbers > 0 && facts.Sites.All(site => site.Numbers.Total == 0 || CompactDates.Are(site)))
        {
            string day = NumberSpelling.Of(facts.Sites.First(CompactDates.Are).Minimum);
            yield return
                $"column {facts.Name}: its numbers are all dates without marks ({day}) and are taken as numbers; "
                + $"where they are dates, write {day[..4]}-{day[4..6]}-{day[6..]}";
        }

        if (facts.Texts + facts.Markers > 0)
        {
            (string source, long line) = facts.FirstText();
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"column {facts.Name}: {facts.Texts + facts.Markers} of {facts.Rows} cells are no number and count "
                + $"as missing: {facts.OddTexts()}; the first is in {source}, line {line}");
        }

        foreach ((double value, long count) in SentinelRule.Find(facts))
        {
            yield return SentinelRule.Sentence(facts.Name, value, count);
        }

        foreach (string far in FarCellRule.Sentences(facts))
        {
            yield return far;
        }

        if (!kept && IdentifierRule.IsSuspect(facts) && IdentifierRule.Reason(facts) is null)
        {
            yield return
                $"column {facts.Name} has another whole number in every row; if it is an identifier: --ignore "
                + $"{facts.Name}";
        }
        else if (!kept && IdentifierRule.IsRepeated(facts))
        {
            yield return
                $"column {facts.Name} has an identifier's name and is taken as a number; if it is an identifier: "
                + $"--ignore {facts.Name}";
        }
    }
}
