using System.Collections.Immutable;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Encoders;

/// <summary>A table turned into numbers, with what was left out on the way.</summary>
/// <param name="Data">The usable rows.</param>
/// <param name="RowIndexes">For each usable row, its index in the table.</param>
/// <param name="RowsWithoutLabel">Rows dropped because their label is missing.</param>
/// <param name="RowsWithMissing">Rows dropped because a feature is missing.</param>
/// <param name="ImputedCells">Missing features kept under <see cref="MissingPolicy.Impute"/>.</param>
/// <param name="UnseenCells">Cells whose category nobody declared.</param>
public sealed record EncodedTable(
    RawDataset Data, IReadOnlyList<int> RowIndexes, int RowsWithoutLabel, int RowsWithMissing, int ImputedCells,
    int UnseenCells)
{
    /// <summary>For people, one sentence a column: cells that are no number and count as missing.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>For people, one sentence a column: categories that nobody declared, with how often.</summary>
    public ImmutableArray<string> UnseenByColumn { get; init; } = [];
}

/// <summary>Turns text cells into features and labels according to a <see cref="TableSchema"/>. Thread-safe.</summary>
public sealed class TableEncoder
{
    private const int FewestOddToPredict = 3;

    private readonly TableSchema _schema;
    private readonly CategoryIndex[] _categories;
    private readonly Dictionary<string, string>[] _spellings;
    private readonly CategoryIndex _classes;
    private readonly bool _numericLabel;
    private readonly MissingCodes _codes;

    /// <summary>An encoder for <paramref name="schema"/>.</summary>
    /// <exception cref="ArgumentException">The schema contradicts itself.</exception>
    public TableEncoder(TableSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        schema.Check();
        _schema = schema;
        _categories = [.. schema.Features.Select(column => new CategoryIndex(column.Categories))];
        _spellings = [.. schema.Features.Select(column => Spellings(column.Categories))];
        _classes = new CategoryIndex(schema.Label.Classes);
        _numericLabel = schema.Label.Classes.All(name => NumberFormat.Plain.TryParse(name, out _));
        _codes = new MissingCodes(schema.MissingValues ?? []);
    }

    /// <summary>Encodes features and labels.</summary>
    /// <exception cref="DataFormatException">A column of numbers of which half the cells are none, an undeclared class,
    /// another spelling of a category, a missing column, or no usable row.</exception>
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
            throw new DataFormatException(table.Source,
                $"{table.Rows.Count} rows of {width} features, at most {Array.MaxLength} numbers fit one table");
        }

        OddCells[] odd =
        [
            .. _schema.Features.Select(column => new OddCells(table, column.Name, OddCells.Expected(column))
            {
                Fewest = withLabels || column.Dates is not null ? 1 : FewestOddToPredict,
            }),
        ];
        UnseenCells[] strange = [.. _schema.Features.Select(column => new UnseenCells(table, column))];
        OddCells oddLabels = new(table, _schema.Label.Name, _numericLabel ? "number" : "class");
        double[] features = new double[table.Rows.Count * width];
        double[] labels = new double[table.Rows.Count];
        List<int> kept = new(table.Rows.Count);
        int withoutLabel = 0;
        int withMissing = 0;
        int imputed = 0;
        int unseen = 0;
        for (int r = 0; r < table.Rows.Count; r++)
        {
            RawRow raw = table.Rows[r];
            double label = withLabels ? EncodeLabel(table, raw, labelPosition, oddLabels) : 0;
            if (double.IsNaN(label))
            {
                withoutLabel++;
                continue;
            }

            RowFacts facts = EncodeRow(table, raw, positions, odd, strange, features.AsSpan(kept.Count * width, width));
            if (facts.Missing > 0 && _schema.Missing == MissingPolicy.DropRow)
            {
                withMissing++;
                continue;
            }

            imputed += facts.Missing;
            unseen += facts.Unseen;
            labels[kept.Count] = label;
            kept.Add(r);
        }

        IEnumerable<string?> bare = odd.Select((column, c) => column.BareSentence(_schema.Features[c].Unit))
            .Append(oddLabels.BareSentence(_schema.Label.Unit));
        string[] remarks = [.. odd.Append(oddLabels).Select(column => column.Sentence()).Concat(bare).OfType<string>()];
        if (kept.Count == 0)
        {
            throw new DataFormatException(
                table.Source,
                $"no usable row: of {table.Rows.Count}, {withoutLabel} lack the label and {withMissing} a feature");
        }

        string[] unknown = [.. strange.Select(column => column.Sentence()).OfType<string>()];
        Array.Resize(ref features, kept.Count * width);
        Array.Resize(ref labels, kept.Count);
        RawDataset data = new(features, labels, width, _schema.Label.Task, _schema.Label.ClassCount);
        return new EncodedTable(data, kept, withoutLabel, withMissing, imputed, unseen)
        { Remarks = [.. remarks], UnseenByColumn = [.. unknown] };
    }

    private RowFacts EncodeRow(RawTable table, RawRow raw, int[] positions, OddCells[] odd, UnseenCells[] strange,
        Span<double> row)
    {
        row.Clear();
        int at = 0;
        RowFacts facts = default;
        for (int c = 0; c < positions.Length; c++)
        {
            ColumnSchema column = _schema.Features[c];
            string cell = raw.Cells[positions[c]];
            bool missing = _codes.IsMissing(table, cell);
            if (column.Kind == ColumnKind.Numeric)
            {
                row[at] = missing ? double.NaN : Number(table, raw, column, column.Unit, cell, odd[c]);
                missing = double.IsNaN(row[at]);
            }
            else
            {
                int omitted = column.OmitFirstCategory && column.Categories.Length > 0 ? 1 : 0;
                int category = missing ? -1 : Category(table, raw, c, cell);
                facts.Unseen += category < 0 && !missing ? 1 : 0;
                if (!missing)
                {
                    strange[c].Add(category, cell, raw);
                }

                int offset = category >= 0 ? category - omitted : column.Categories.Length - omitted;
                if (offset >= 0)
                {
                    row[at + offset] = 1;
                }
            }

            facts.Missing += missing ? 1 : 0;
            at += TableSchema.WidthOf(column);
        }

        return facts;
    }

    /// <summary>The category's index, -1 for one that nobody declared.</summary>
    private int Category(RawTable table, RawRow raw, int column, string cell)
    {
        int category = _categories[column].Find(table, cell);
        if (category >= 0 || _spellings[column].Count == 0)
        {
            return category;
        }

        string value = table.TryParseNumber(cell, out double number)
            ? NumberSpelling.Of(cell, number, table.Numbers) : cell;
        return _spellings[column].TryGetValue(SpellingKey.Of(value), out string? known)
            ? throw new DataFormatException(
                raw.Source ?? table.Source, $"{Quote(cell)} is another spelling of the agreed category {Quote(known)}",
                raw.Line, _schema.Features[column].Name, wayOut: "write it as agreed")
            : -1;
    }

    /// <summary>The class index or target; NaN where the row has no label.</summary>
    private double EncodeLabel(RawTable table, RawRow raw, int position, OddCells odd)
    {
        LabelSchema label = _schema.Label;
        string cell = raw.Cells[position];
        if (_codes.IsMissing(table, cell))
        {
            return double.NaN;
        }

        if (label.Threshold is not null || label.Task == LearningTask.Regression)
        {
            double number = Number(table, raw, null, label.Unit, cell, odd);
            return label.Threshold is double threshold && !double.IsNaN(number) ? number > threshold ? 1 : 0 : number;
        }

        int index = _classes.Find(table, cell, label.Unit);
        if (index >= 0)
        {
            odd.Numbers++;
            return index;
        }

        if (MissingValue.IsMarker(cell) || (_numericLabel && !table.TryParseNumber(cell, label.Unit, out _)))
        {
            odd.Add(cell, raw);
            return double.NaN;
        }

        throw new DataFormatException(
            raw.Source ?? table.Source, $"{Quote(cell)} is none of the classes {string.Join(", ", label.Classes)}",
            raw.Line,
            label.Name,
            wayOut: "correct the cell, or describe the label from rows that have all its classes: all sites train "
            + "on the same ones");
    }

    /// <summary>The number in a cell, a date's included; NaN for a cell that is none, which is counted.</summary>
    private static double Number(RawTable table, RawRow raw, ColumnSchema? column, string? unit, string cell,
        OddCells odd)
    {
        if (!TryRead(table, column, unit, cell, out double number))
        {
            odd.Add(cell, raw);
            return double.NaN;
        }

        odd.Numbers++;
        odd.AddCode(cell, number, raw);
        odd.Bare += unit is not null && table.TryParseNumber(cell, out _) ? 1 : 0;
        return TrainableNumber.Is(number)
            ? number
            : throw new DataFormatException(
                raw.Source ?? table.Source,
                TrainableNumber.Fault(number),
                raw.Line,
                column?.Name ?? odd.Column,
                wayOut: $"correct the cell; --missing-values {TrainableNumber.Show(number)} where it means no value");
    }

    /// <summary>Reads the number in a cell, or that of its date.</summary>
    internal static bool TryRead(RawTable table, ColumnSchema? column, string? unit, string cell, out double number) =>
        column?.Dates is DateReading dates ? DateText.TryRead(cell, dates, out number)
        : table.TryParseNumber(cell, unit, out number);

    private static string Quote(string cell) => Quoted.Text(cell);

    /// <summary>
    /// Categories by what their spellings have in common; none where two of them share it, as then every letter counts.
    /// </summary>
    private static Dictionary<string, string> Spellings(ImmutableArray<string> categories)
    {
        Dictionary<string, string> spellings = new(StringComparer.Ordinal);
        return categories.All(category => spellings.TryAdd(SpellingKey.Of(category), category)) ? spellings : [];
    }

    private struct RowFacts
    {
        public int Missing;
        public int Unseen;
    }
}
