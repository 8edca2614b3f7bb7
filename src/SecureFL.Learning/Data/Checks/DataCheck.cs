using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.ColumnRules;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Labels;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Data.Checks;

/// <summary>What was found in one column.</summary>
/// <param name="Name">The column.</param>
/// <param name="Kind"><see cref="ColumnKind.Numeric"/> where at least nine tenths of its cells with a value are
/// numbers.</param>
/// <param name="Present">Cells with a value; in a column of numbers, with a number.</param>
/// <param name="Missing">Cells without.</param>
/// <param name="Distinct">Different values.</param>
/// <param name="Minimum">Least number, null for texts.</param>
/// <param name="Maximum">Largest number, null for texts.</param>
/// <param name="Mean">Mean of the numbers, null for texts.</param>
/// <param name="NonNumeric">In a column that is mostly numbers: the first cell that is none, as "line N".</param>
public sealed record ColumnCheck(
    string Name, ColumnKind Kind, int Present, int Missing, int Distinct, double? Minimum, double? Maximum,
    double? Mean, string? NonNumeric)
{
    /// <summary>
    /// Whether there are more different values than <see cref="Distinct"/>, which is where counting ends.
    /// </summary>
    public bool MoreDistinct { get; init; }

    /// <summary>
    /// What stands after the numbers of nine tenths of the cells with a value, <c>%</c> or <c>mg</c>; null for nothing.
    /// </summary>
    public string? Unit { get; init; }

    /// <summary>Whether the texts are dates or times of day, which become numbers.</summary>
    public bool Dates { get; init; }
}

/// <summary>What <c>check-data</c> reports of one table before anybody trains on it.</summary>
public sealed record DataCheck
{
    /// <summary>Fewest texts that can be told from classes.</summary>
    private const int FewTexts = 10;

    private const int MostClasses = 20;

    /// <summary>The file.</summary>
    public required string Source { get; init; }

    /// <summary>Rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows without a missing cell.</summary>
    public required int CompleteRows { get; init; }

    /// <summary>Rows that repeat an earlier one in every cell.</summary>
    public required int DuplicateRows { get; init; }

    /// <summary>The columns in file order.</summary>
    public required ImmutableArray<ColumnCheck> Columns { get; init; }

    /// <summary>
    /// Rows of every class of the label; empty without a label column, of numbers to predict, and where it has more
    /// than 100 values.
    /// </summary>
    public required ImmutableArray<KeyValuePair<string, int>> LabelBalance { get; init; }

    /// <summary>The label column where it holds numbers to predict, or texts that are no classes; else null.</summary>
    public ColumnCheck? Target { get; init; }

    /// <summary>What was found out while reading: encoding, decimal marks, sheet.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>What somebody should look at, one sentence each.</summary>
    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>Checks <paramref name="table"/>; <paramref name="labelColumn"/> is a column's name or index.</summary>
    /// <exception cref="DataFormatException">There is no such label column.</exception>
    public static DataCheck Of(RawTable table, string? labelColumn = null) => Of(TableProfile.Of(table), labelColumn);

    /// <summary>Reports a table whose columns have been looked at.</summary>
    /// <param name="profile">The table.</param>
    /// <param name="labelColumn">The label column's name or index; null for none.</param>
    /// <param name="classes">Whether somebody says that the label's values are classes.</param>
    /// <exception cref="DataFormatException">There is no such label column.</exception>
    public static DataCheck Of(TableProfile profile, string? labelColumn = null, bool classes = false)
    {
        ArgumentNullException.ThrowIfNull(profile);
        RawTable table = profile.Table;
        int labelPosition = labelColumn is null ? -1 : table.FindColumn(labelColumn);
        ColumnProfile? label = labelPosition < 0 ? null
            : profile.Columns[labelPosition].Measured ?? profile.Columns[labelPosition];
        bool target = label is not null && !classes && IsTarget(label);
        (int complete, int duplicates) = CountRows(table);
        DataCheck check = new()
        {
            Source = table.Source,
            Rows = table.Rows.Count,
            CompleteRows = complete,
            DuplicateRows = duplicates,
            Columns =
                [.. profile.Columns.Select(column => Check(column.Measured ?? column) with { Unit = column.Unit })],
            LabelBalance = label is null || target ? [] : Balance(label),
            Target = label is null || !target ? null : Check(label),
            Remarks = table.Remarks,
            Warnings = [],
        };
        return check with { Warnings = [.. check.Warn(profile, labelPosition)] };
    }

    private static (int Complete, int Duplicates) CountRows(RawTable table)
    {
        HashSet<string[]> seen = new(SameCells.Instance);
        int complete = 0;
        foreach (RawRow row in table.Rows)
        {
            complete += Array.Exists(row.Cells, cell => MissingValue.Is(cell)) ? 0 : 1;
            seen.Add(row.Cells);
        }

        return (complete, table.Rows.Count - seen.Count);
    }

    private static ColumnCheck Check(ColumnProfile column)
    {
        int numbers = column.Numbers.Total;
        int texts = column.Texts.Total;
        bool numeric = numbers >= 0.9 * (numbers + texts) && (numbers > 0 || column.Markers.Total == 0);
        bool known = numeric && numbers > 0;
        int odd = texts + column.Markers.Total;
        long first = column.Texts.Counts.Values.Concat(column.Markers.Counts.Values).Select(count => count.Line)
            .DefaultIfEmpty(0).Min();
        return new ColumnCheck(
            column.Name,
            numeric ? ColumnKind.Numeric : ColumnKind.Categorical,
            numeric ? numbers : numbers + odd,
            column.Missing + (numeric ? odd : 0),
            (column.Codes.Total > 0 ? WideCodes.Values(column).Count() : column.Numbers.Distinct)
                + (numeric ? 0 : column.Texts.Distinct + column.Markers.Distinct),
            known ? column.Minimum : null,
            known ? column.Maximum : null,
            known ? column.Mean : null,
            odd > 0 && numbers > texts ? string.Create(CultureInfo.InvariantCulture, $"line {first}") : null)
        {
            Dates = (column.AnyDates > 0 && column.AnyDates >= 0.9 * (numbers + texts))
                || CompactDates.Hold(new ColumnFacts(column.Name, [column])),
            MoreDistinct = column.Numbers.Overflow || (!numeric && column.Texts.Overflow),
        };
    }

    /// <summary>Numbers to predict, or texts of which most stand once: their list would show the rows.</summary>
    private static bool IsTarget(ColumnProfile label)
    {
        ImmutableArray<LabelValue> values = LabelValue.Of(new ColumnFacts(label.Name, [label], label: true));
        return label.Texts.Total > label.Numbers.Total
            ? label.Texts.Total >= FewTexts && label.Texts.DistinctShare > 0.5
            : label.Numbers.Total > 0 && label.Texts.Total <= 0.1 * label.Numbers.Total
            && !NumberLabelRule.AreClasses(
                [.. values.Where(value => NumberFormat.Plain.TryParse(value.Text, out _))], MostClasses);
    }

    private static ImmutableArray<KeyValuePair<string, int>> Balance(ColumnProfile column)
    {
        IEnumerable<KeyValuePair<string, int>> counts =
        [
            .. WideCodes.Values(column).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Count)),
            .. column.Texts.Counts.Concat(column.Markers.Counts)
                .Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Count)),
        ];
        return counts.Count() > 100 ? []
            : [.. counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)];
    }

    private IEnumerable<string> Warn(TableProfile profile, int labelPosition)
    {
        for (int c = 0; c < Columns.Length; c++)
        {
            ColumnFacts facts = new(Columns[c].Name, [profile.Columns[c]]);
            if (UnitRule.Mixed(facts) is DataFormatException mixed)
            {
                yield return $"column {facts.Name}: {mixed.Problem}; {mixed.WayOut}";
            }
            else if (UnitRule.Of(facts) is UnitReading unit)
            {
                yield return unit.Note;
            }

            foreach (string warning in Warn(Columns[c], UnitRule.Measured(facts), c == labelPosition))
            {
                yield return warning;
            }
        }

        if (DuplicateRows > 0)
        {
            yield return $"{DuplicateRows} rows repeat an earlier one";
        }

        if (labelPosition >= 0)
        {
            if (Columns[labelPosition].Missing > 0)
            {
                yield return $"{Columns[labelPosition].Missing} rows lack the label and cannot be used";
            }

            if (LabelBalance.Length > 1 && LabelBalance[^1].Value * 20 < LabelBalance[0].Value)
            {
                yield return
                    $"label value {LabelBalance[^1].Key} has {LabelBalance[^1].Value} rows against "
                    + $"{LabelBalance[0].Value} of {LabelBalance[0].Key}";
            }
        }
    }

    private IEnumerable<string> Warn(ColumnCheck column, ColumnFacts facts, bool label)
    {
        if (column.Present == 0)
        {
            yield return $"column {column.Name} has no value at all";
        }
        else if (column.Distinct == 1 && label)
        {
            string value = LabelBalance is [var only, ..] ? only.Key : "";
            yield return OneClassRule.OfTable(column.Name, value);
        }
        else if (column.Distinct == 1)
        {
            yield return $"column {column.Name} has the same value in every row; it becomes 0";
        }

        if (column.NonNumeric is not null)
        {
            yield return $"column {column.Name} is mostly numbers; {column.NonNumeric} is not: {facts.OddTexts()}"
                + (column.Kind == ColumnKind.Numeric ? "; such cells count as missing" : "");
        }

        ShortDates? written = column.Kind == ColumnKind.Categorical ? ShortDates.Of(facts) : null;
        if (written is not null)
        {
            yield return $"column {column.Name} holds {written.What}; {written.WayOut}";
        }
        else if (!label && !column.Dates && IdentifierRule.Reason(facts) is string reason)
        {
            yield return DigitTexts.Sentence(facts) is string digits
                ? $"column {column.Name} {reason}; {digits}"
                : $"column {column.Name} {reason}; is it an identifier? --ignore {column.Name} leaves it out";
        }
        else if (!label && IdentifierRule.IsSuspect(facts))
        {
            yield return
                $"column {column.Name} has another whole number in every row; if it is an identifier: --ignore "
                + $"{column.Name}";
        }

        foreach ((double value, long count) in column.Kind == ColumnKind.Numeric ? SentinelRule.Find(facts) : [])
        {
            yield return SentinelRule.Sentence(column.Name, value, count);
        }

        foreach (string far in column.Kind == ColumnKind.Numeric && IdentifierRule.Reason(facts) is null
            ? FarCellRule.Sentences(facts) : [])
        {
            yield return far;
        }

        if (column.Missing > 0.3 * Rows)
        {
            yield return $"column {column.Name} is missing in {column.Missing} of {Rows} rows";
        }
    }

    private sealed class SameCells : IEqualityComparer<string[]>
    {
        internal static SameCells Instance { get; } = new();

        public bool Equals(string[]? x, string[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(string[] obj)
        {
            HashCode hash = default;
            foreach (string cell in obj)
            {
                hash.Add(string.GetHashCode(cell, StringComparison.Ordinal));
            }

            return hash.ToHashCode();
        }
    }
}
