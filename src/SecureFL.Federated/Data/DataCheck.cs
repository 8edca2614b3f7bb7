using System.Collections.Immutable;
using System.Globalization;

namespace SecureFL.Federated.Data;

/// <summary>What was found in one column.</summary>
/// <param name="Name">The column.</param>
/// <param name="Kind"><see cref="ColumnKind.Numeric"/> when every present cell is a number.</param>
/// <param name="Present">Cells with a value.</param>
/// <param name="Missing">Cells without.</param>
/// <param name="Distinct">Different values.</param>
/// <param name="Minimum">Least number, null for texts.</param>
/// <param name="Maximum">Largest number, null for texts.</param>
/// <param name="Mean">Mean of the numbers, null for texts.</param>
/// <param name="NonNumeric">In a column that is mostly numbers: the first cell that is none, as "line N".</param>
public sealed record ColumnCheck(
    string Name, ColumnKind Kind, int Present, int Missing, int Distinct, double? Minimum, double? Maximum, double? Mean, string? NonNumeric);

/// <summary>What <c>check-data</c> reports of one table before anybody trains on it.</summary>
public sealed record DataCheck
{
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

    /// <summary>Rows of every label value; empty without a label column or where it has more than 100 values.</summary>
    public required ImmutableArray<KeyValuePair<string, int>> LabelBalance { get; init; }

    /// <summary>What somebody should look at, one sentence each.</summary>
    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>Checks <paramref name="table"/>; <paramref name="label"/> is a column's name or index.</summary>
    /// <exception cref="DataFormatException">There is no such label column.</exception>
    public static DataCheck Of(RawTable table, string? label = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ImmutableArray<ColumnCheck> columns = [.. Enumerable.Range(0, table.Columns.Length).Select(i => CheckColumn(table, i))];
        int complete = table.Rows.Count(row => !Array.Exists(row.Cells, cell => MissingValue.Is(cell)));
        int distinct = table.Rows.Select(row => string.Join('\u001f', row.Cells)).Distinct(StringComparer.Ordinal).Count();
        int labelPosition = label is null ? -1 : table.FindColumn(label);
        ImmutableArray<KeyValuePair<string, int>> balance = labelPosition < 0 ? [] : Balance(table, labelPosition);
        DataCheck check = new()
        {
            Source = table.Source,
            Rows = table.Rows.Count,
            CompleteRows = complete,
            DuplicateRows = table.Rows.Count - distinct,
            Columns = columns,
            LabelBalance = balance,
            Warnings = [],
        };
        return check with { Warnings = [.. check.Warn(labelPosition)] };
    }

    private static ColumnCheck CheckColumn(RawTable table, int position)
    {
        HashSet<string> distinct = new(StringComparer.Ordinal);
        int missing = 0;
        int numbers = 0;
        double minimum = double.PositiveInfinity;
        double maximum = double.NegativeInfinity;
        double sum = 0;
        RawRow? firstText = null;
        foreach (RawRow row in table.Rows)
        {
            string cell = row.Cells[position];
            if (MissingValue.Is(cell))
            {
                missing++;
                continue;
            }

            distinct.Add(SchemaInference.Canonical(table, cell));
            if (table.TryParseNumber(cell, out double number))
            {
                numbers++;
                sum += number;
                minimum = Math.Min(minimum, number);
                maximum = Math.Max(maximum, number);
            }
            else
            {
                firstText ??= row;
            }
        }

        int present = table.Rows.Count - missing;
        bool numeric = numbers == present;
        string? suspect = !numeric && numbers >= 0.8 * present ? $"line {firstText?.Line.ToString(CultureInfo.InvariantCulture)}" : null;
        bool known = numeric && numbers > 0;
        return new ColumnCheck(
            table.Columns[position],
            numeric ? ColumnKind.Numeric : ColumnKind.Categorical,
            present,
            missing,
            distinct.Count,
            known ? minimum : null,
            known ? maximum : null,
            known ? sum / numbers : null,
            suspect);
    }

    private static ImmutableArray<KeyValuePair<string, int>> Balance(RawTable table, int position)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (RawRow row in table.Rows.Where(row => !MissingValue.Is(row.Cells[position])))
        {
            string value = SchemaInference.Canonical(table, row.Cells[position]);
            counts[value] = counts.GetValueOrDefault(value) + 1;
        }

        return counts.Count > 100 ? [] : [.. counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)];
    }

    private IEnumerable<string> Warn(int labelPosition)
    {
        foreach (ColumnCheck column in Columns)
        {
            if (column.Present == 0)
            {
                yield return $"column {column.Name} has no value at all";
            }
            else if (column.Distinct == 1)
            {
                yield return $"column {column.Name} has the same value in every row; it becomes 0";
            }

            if (column.NonNumeric is not null)
            {
                yield return $"column {column.Name} is mostly numbers; {column.NonNumeric} is not";
            }
            else if (column.Kind == ColumnKind.Categorical && column.Distinct == column.Present && column.Present > 20)
            {
                yield return $"column {column.Name} is different in every row; is it an identifier to ignore?";
            }

            if (column.Missing > 0.3 * Rows)
            {
                yield return $"column {column.Name} is missing in {column.Missing} of {Rows} rows";
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
                yield return $"label value {LabelBalance[^1].Key} has {LabelBalance[^1].Value} rows against {LabelBalance[0].Value} of {LabelBalance[0].Key}";
            }
        }
    }
}
