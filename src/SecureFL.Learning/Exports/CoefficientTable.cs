using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Text;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Exports;

/// <summary>One coefficient of a model without hidden layers.</summary>
/// <param name="Class">The class whose score it adds to, for more than two classes; null otherwise.</param>
/// <param name="Feature">The column, with <c>=category</c> where it is one-hot;
/// <see cref="CoefficientTable.Intercept"/> for the constant.</param>
/// <param name="Value">By how much the prediction (the log odds of a binary outcome) rises with one unit of the
/// column.</param>
/// <param name="OddsRatio">
/// e^value for a binary outcome; null otherwise, for the intercept, and where one unit is so far from the column's own
/// scale that no number holds it.
/// </param>
/// <param name="Standardized">The coefficient that was trained: by one deviation of the column, in deviations of the
/// target.</param>
/// <param name="StandardizedOddsRatio">
/// e^standardized for a binary outcome, the odds ratio of one deviation of the column; null otherwise and for the
/// intercept.
/// </param>
public sealed record Coefficient(
    string? Class, string Feature, double Value, double? OddsRatio, double Standardized, double? StandardizedOddsRatio);

/// <summary>
/// The coefficients of linear, logistic and softmax regression in the units of the columns. Thread-safe.
/// </summary>
public static class CoefficientTable
{
    /// <summary>What the constant term is called.</summary>
    public const string Intercept = "(intercept)";

    /// <summary>
    /// The table: for every output the intercept, then every feature. With w the trained weights, x -> (x - offset)
    /// factor the scaling of the features and y = target offset + target deviation * output that of the target, a
    /// feature has w factor deviation and the intercept is target offset + deviation (bias - sum w factor offset).
    /// Empty for a model with hidden layers and one of an external trainer, which have no coefficients.
    /// </summary>
    /// <param name="bundle">The model.</param>
    /// <param name="scaling">The scaling of its features; null for none.</param>
    public static ImmutableArray<Coefficient> Of(ModelBundle bundle, FeatureScaling? scaling)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        if (bundle.Spec is not { Hidden.IsEmpty: true } spec)
        {
            return [];
        }

        double unit = 1 / (bundle.Targets?.Factor ?? 1);
        IReadOnlyList<string> names = FeatureNames.Of(bundle, spec.Inputs);
        ImmutableArray<string> classes = TableSchema.ClassNames(bundle.Schema, spec.ClassCount);
        ReadOnlySpan<float> weights = bundle.Parameters["layers.0.weight"];
        ReadOnlySpan<float> biases = bundle.Parameters["layers.0.bias"];
        ImmutableArray<Coefficient>.Builder table =
            ImmutableArray.CreateBuilder<Coefficient>(spec.Outputs * (spec.Inputs + 1));
        for (int output = 0; output < spec.Outputs; output++)
        {
            string? name = spec.Task == LearningTask.MultiClass ? classes[output] : null;
            List<Coefficient> features = [];
            double intercept = bundle.Targets?.Unscale(biases[output]) ?? biases[output];
            for (int f = 0; f < spec.Inputs; f++)
            {
                double weight = weights[(output * spec.Inputs) + f];
                double slope = weight * (scaling?.Factor[f] ?? 1) * unit;
                intercept -= slope * (scaling?.Offset[f] ?? 0);
                bool odds = spec.Task == LearningTask.Binary;
                features.Add(new Coefficient(
                    name, names[f], slope, odds ? OddsRatio(slope) : null, weight, odds ? OddsRatio(weight) : null));
            }

            table.Add(new Coefficient(name, Intercept, intercept, null, biases[output], null));
            table.AddRange(features);
        }

        return table.ToImmutable();
    }

    /// <summary>
    /// The table as CSV: class, feature, coefficient, odds ratio of one unit, standardised coefficient, odds ratio of
    /// one deviation; what a row has not is empty.
    /// </summary>
    public static void WriteCsv(TextWriter writer, IEnumerable<Coefficient> table)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(table);
        writer.Write("class,feature,coefficient,odds_ratio,standardized,odds_ratio_standardized\n");
        foreach (Coefficient row in table)
        {
            writer.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{CsvCell.OfName(row.Class ?? "")},{CsvCell.OfName(row.Feature)},{row.Value:R},{row.OddsRatio:R},"));
            writer.Write(string.Create(
                CultureInfo.InvariantCulture, $"{row.Standardized:R},{row.StandardizedOddsRatio:R}\n"));
        }
    }

    // 0 and infinity are no odds ratios: they are what is left of one that no double holds.
    private static double? OddsRatio(double slope) =>
        Math.Exp(slope) is double ratio && double.IsFinite(ratio) && ratio > 0 ? ratio : null;
}
