using System.Globalization;

namespace SecureFL.Federated.Data;

/// <summary>A table turned into numbers, with what was left out on the way.</summary>
/// <param name="Data">The usable rows.</param>
/// <param name="RowIndexes">For each usable row, its index in the table.</param>
/// <param name="RowsWithoutLabel">Rows dropped because their label is missing.</param>
/// <param name="RowsWithMissing">Rows dropped because a feature is missing.</param>
/// <param name="ImputedCells">Missing features kept under <see cref="MissingPolicy.Impute"/>.</param>
/// <param name="UnseenCells">Cells whose category nobody declared.</param>
public sealed record EncodedTable(
    RawDataset Data, IReadOnlyList<int> RowIndexes, int RowsWithoutLabel, int RowsWithMissing, int ImputedCells, int UnseenCells);

/// <summary>Turns text cells into features and labels according to a <see cref="TableSchema"/>. Thread-safe.</summary>
public sealed class TableEncoder
{
    private readonly TableSchema _schema;
    private readonly Dictionary<string, int>[] _categories;
    private readonly Dictionary<string, int> _classes;

    /// <summary>An encoder for <paramref name="schema"/>.</summary>
    /// <exception cref="ArgumentException">The schema contradicts itself.</exception>
    public TableEncoder(TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        schema.Check();
        _schema = schema;
        _categories = [.. schema.Features.Select(column => Index(column.Categories))];
        _classes = Index(schema.Label.Classes);
    }

    /// <summary>Encodes features and labels.</summary>
    /// <exception cref="DataFormatException">A cell that is no number where one is due, an undeclared class, a missing column, or no usable row.</exception>
    public EncodedTable Encode(RawTable table) => Encode(table, withLabels: true);

    /// <summary>Encodes features only, every label 0: for prediction on tables that have none.</summary>
    /// <exception cref="DataFormatException">As <see cref="Encode(RawTable)"/>.</exception>
    public EncodedTable EncodeFeatures(RawTable table) => Encode(table, withLabels: false);

    private EncodedTable Encode(RawTable table, bool withLabels)
    {
        ArgumentNullException.ThrowIfNull(table);
        int[] positions = [.. _schema.Features.Select(column => table.FindColumn(column.Name))];
        int labelPosition = withLabels ? table.FindColumn(_schema.Label.Name) : -1;
        int width = _schema.Width;
        if ((long)table.Rows.Count * width > Array.MaxLength)
        {
            throw new DataFormatException(table.Source, $"{table.Rows.Count} rows of {width} features, at most {Array.MaxLength} numbers fit one table");
        }

        List<double> features = new(Math.Min(table.Rows.Count * width, 1 << 24));
        List<double> labels = [];
        List<int> kept = [];
        int withoutLabel = 0;
        int withMissing = 0;
        int imputed = 0;
        int unseen = 0;
        double[] row = new double[width];
        for (int r = 0; r < table.Rows.Count; r++)
        {
            RawRow raw = table.Rows[r];
            if (withLabels && MissingValue.Is(raw.Cells[labelPosition]))
            {
                withoutLabel++;
                continue;
            }

            RowFacts facts = EncodeRow(table, raw, positions, row);
            if (facts.Missing > 0 && _schema.Missing == MissingPolicy.DropRow)
            {
                withMissing++;
                continue;
            }

            imputed += facts.Missing;
            unseen += facts.Unseen;
            features.AddRange(row);
            labels.Add(withLabels ? EncodeLabel(table, raw, labelPosition) : 0);
            kept.Add(r);
        }

        if (kept.Count == 0)
        {
            throw new DataFormatException(
                table.Source, $"no usable row: of {table.Rows.Count}, {withoutLabel} lack the label and {withMissing} a feature");
        }

        RawDataset data = new([.. features], [.. labels], width, _schema.Label.Task, _schema.Label.ClassCount);
        return new EncodedTable(data, kept, withoutLabel, withMissing, imputed, unseen);
    }

    private RowFacts EncodeRow(RawTable table, RawRow raw, int[] positions, Span<double> row)
    {
        row.Clear();
        int at = 0;
        RowFacts facts = default;
        for (int c = 0; c < positions.Length; c++)
        {
            ColumnSchema column = _schema.Features[c];
            string cell = raw.Cells[positions[c]];
            bool missing = MissingValue.Is(cell);
            facts.Missing += missing ? 1 : 0;
            if (column.Kind == ColumnKind.Numeric)
            {
                row[at] = missing ? double.NaN : Number(table, raw, column.Name, cell);
            }
            else
            {
                int omitted = column.OmitFirstCategory && column.Categories.Length > 0 ? 1 : 0;
                bool known = _categories[c].TryGetValue(missing ? "" : SchemaInference.Canonical(table, cell), out int category) && !missing;
                facts.Unseen += known || missing ? 0 : 1;
                int offset = known ? category - omitted : column.Categories.Length - omitted;
                if (offset >= 0)
                {
                    row[at + offset] = 1;
                }
            }

            at += TableSchema.WidthOf(column);
        }

        return facts;
    }

    private double EncodeLabel(RawTable table, RawRow raw, int position)
    {
        LabelSchema label = _schema.Label;
        string cell = raw.Cells[position];
        if (label.Threshold is double threshold)
        {
            return Number(table, raw, label.Name, cell) > threshold ? 1 : 0;
        }

        if (label.Task == LearningTask.Regression)
        {
            return Number(table, raw, label.Name, cell);
        }

        return _classes.TryGetValue(SchemaInference.Canonical(table, cell), out int index)
            ? index
            : throw new DataFormatException(table.Source, $"{Quote(cell)} is none of the classes {string.Join(", ", label.Classes)}", raw.Line, label.Name);
    }

    private static double Number(RawTable table, RawRow raw, string column, string cell)
    {
        if (!table.TryParseNumber(cell, out double number))
        {
            throw new DataFormatException(table.Source, $"{Quote(cell)} is not a number", raw.Line, column);
        }

        return Math.Abs(number) <= float.MaxValue
            ? number
            : throw new DataFormatException(table.Source, $"{number.ToString("R", CultureInfo.InvariantCulture)} exceeds the range of a float", raw.Line, column);
    }

    private static string Quote(string cell) => cell.Length <= 40 ? $"'{cell}'" : $"'{cell[..40]}...'";

    private static Dictionary<string, int> Index(IReadOnlyList<string> names) =>
        names.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);

    private struct RowFacts
    {
        public int Missing;
        public int Unseen;
    }
}
