using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Checks;

/// <summary>
/// Points out numbers to predict from that lie far outside of what a model was trained on, such as 0.95 where percents
/// were: the model's answer for such a row is a guess. Thread-safe.
/// </summary>
public static class FarFromTrainingRule
{
    /// <summary>Deviations from the trained mean beyond which one cell is told.</summary>
    private const double OneCell = 20;

    /// <summary>Deviations beyond which a column is told all of whose cells lie so, on one side.</summary>
    private const double AllCells = 5;

    /// <summary>Deviations in the range of a column of evenly spread numbers.</summary>
    private const double RangeDeviations = 3.5;

    /// <summary>One sentence for each column of numbers that has such cells.</summary>
    /// <param name="table">The file.</param>
    /// <param name="schema">Its columns.</param>
    /// <param name="encoded">What became of its rows.</param>
    /// <param name="scaling">How the model scales features, which says what it was trained on; null where it does
    /// not.</param>
    public static IEnumerable<string> Sentences(RawTable table, TableSchema schema, EncodedTable encoded,
        FeatureScaling? scaling)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(encoded);
        int feature = 0;
        foreach (ColumnSchema column in scaling is null ? [] : schema.Features)
        {
            if (column.Kind == ColumnKind.Numeric && Trained(scaling!, feature) is var (mean, deviation, words)
                && Find(encoded.Data, feature, mean, deviation) is var (row, count))
            {
                RawRow first = table.Rows[encoded.RowIndexes[row]];
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"column {column.Name}: {count} {(count == 1 ? "cell is" : "cells are")} far outside of what the "
                    + $"model was trained on ({words}{Scale(column)}): the first is "
                    + $"{Quoted.Text(first.Cells[table.FindColumn(column.Name)])} in "
                    + $"{first.Source ?? table.Source}, line {first.Line}; is it a slip, or in other units?");
            }

            feature += TableSchema.WidthOf(column);
        }
    }

    private static string Scale(ColumnSchema column) => column.Dates switch
    {
        null => column.Unit is null ? "" : $", in {column.Unit}",
        DateReading.Clock => ", in seconds since midnight",
        _ => ", in days since 1970-01-01",
    };

    /// <summary>Mean and deviation of a feature in training, in its own units; null where nobody knows.</summary>
    private static (double Mean, double Deviation, string Words)? Trained(FeatureScaling scaling, int feature)
    {
        (double offset, double factor, double mean) =
            (scaling.Offset[feature], scaling.Factor[feature], scaling.Imputed[feature]);
        bool unscaled = scaling.Offset.All(value => value == 0) && scaling.Factor.All(value => value == 1);
        return factor == 0 || unscaled ? null
            : offset == mean ? (mean, 1 / factor, string.Create(CultureInfo.InvariantCulture,
                $"mean {mean:G5}, deviation {1 / factor:G5}"))
            : (mean, 1 / factor / RangeDeviations, string.Create(CultureInfo.InvariantCulture,
                $"{offset:G5} .. {offset + (1 / factor):G5}"));
    }

    private static (int Row, int Count)? Find(RawDataset rows, int feature, double mean, double deviation)
    {
        (int first, int count, int low, int high, int known) = (-1, 0, 0, 0, 0);
        for (int r = 0; r < rows.Count; r++)
        {
            double value = rows.Row(r)[feature];
            if (double.IsNaN(value))
            {
                continue;
            }

            double distance = (value - mean) / deviation;
            known++;
            low += distance < -AllCells ? 1 : 0;
            high += distance > AllCells ? 1 : 0;

            // A rare flag of 0 and 1 is far from its mean without being odd.
            if (Math.Abs(distance) > OneCell && !(value is 0 or 1 && mean is > 0 and < 1))
            {
                first = count++ == 0 ? r : first;
            }
        }

        bool all = known > 0 && (low == known || high == known) && !(mean is > 0 and < 1);
        return all ? (FirstKnown(rows, feature), known) : count > 0 ? (first, count) : null;
    }

    private static int FirstKnown(RawDataset rows, int feature) =>
        Enumerable.Range(0, rows.Count).First(r => !double.IsNaN(rows.Row(r)[feature]));
}
