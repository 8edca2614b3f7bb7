using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Exports;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Tests.Exports;

/// <summary>Coefficients in the columns' units give the model's score from raw numbers.</summary>
public class CoefficientTableTests
{
    [Theory]
    [InlineData(LearningTask.Binary)]
    [InlineData(LearningTask.MultiClass)]
    [InlineData(LearningTask.Regression)]
    public void Intercept_and_slopes_reproduce_the_raw_outputs(LearningTask task)
    {
        ModelBundle bundle = ExportTables.Bundle(ExportTables.Schema(task, false), [], Activation.Relu);
        FeatureScaling scaling = bundle.ScalingFor(null)!;
        ImmutableArray<Coefficient> table = CoefficientTable.Of(bundle, scaling);
        int width = bundle.Schema!.Width;
        Assert.Equal(bundle.Spec!.Outputs * (width + 1), table.Length);
        Dataset rows = ExportTables.Encode(bundle, ExportTables.Cells());
        new FeedForwardModel(bundle.Spec).VisitOutputs(bundle.Parameters.Values, rows, (r, outputs) =>
        {
            for (int output = 0; output < outputs.Length; output++)
            {
                ReadOnlySpan<Coefficient> own = table.AsSpan(output * (width + 1), width + 1);
                double score = own[0].Value;
                for (int f = 0; f < width; f++)
                {
                    double raw = (rows.Row(r)[f] / scaling.Factor[f]) + scaling.Offset[f];
                    score += own[1 + f].Value * raw;
                }

                double expected = bundle.Targets?.Unscale(outputs[output]) ?? outputs[output];
                Assert.Equal(expected, score, 1e-3 * (1 + Math.Abs(bundle.Targets?.Offset ?? 0) / 100));
            }
        });
        Assert.Equal(CoefficientTable.Intercept, table[0].Feature);
        Assert.Equal(["when", "troponin", "colour=red", "colour=green", "colour=blue", "colour=(unseen)"],
            table.Skip(1).Take(width).Select(row => row.Feature));
        Assert.All(table.Skip(1).Take(width), row =>
        {
            double ratio = Math.Exp(row.Value);
            Assert.Equal(task == LearningTask.Binary && ratio is > 0 and < double.PositiveInfinity ? ratio : null,
                row.OddsRatio);
            Assert.Equal(task == LearningTask.Binary ? Math.Exp(row.Standardized) : null, row.StandardizedOddsRatio);
        });
        Assert.Equal(task == LearningTask.MultiClass ? "a" : null, table[0].Class);
    }

    [Fact]
    public void Hidden_layers_have_no_coefficients_and_csv_quotes_names()
    {
        Assert.Empty(CoefficientTable.Of(
            ExportTables.Bundle(ExportTables.Schema(LearningTask.Binary, false), [3], Activation.Relu), null));
        StringWriter writer = new();
        CoefficientTable.WriteCsv(
            writer, [new Coefficient(null, "a,b", 0.5, Math.Exp(0.5), 1, Math.E),
                new Coefficient("c", "d", -1, null, 3, null)]);
        Assert.Equal(
            "class,feature,coefficient,odds_ratio,standardized,odds_ratio_standardized\n"
            + ",\"a,b\",0.5,1.6487212707001282,1,2.718281828459045\nc,d,-1,,3,\n",
            writer.ToString());
    }

    [Theory]
    [InlineData("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0")]
    [InlineData("@SUM(1,2)", "\"'@SUM(1,2)\"")]
    [InlineData("+x", "'+x")]
    [InlineData("-x", "'-x")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("-1", "-1")]
    [InlineData("+2.5e3", "+2.5e3")]
    [InlineData("a=b", "a=b")]
    [InlineData("", "")]
    public void A_name_that_a_spreadsheet_would_compute_gets_an_apostrophe(string name, string cell)
    {
        StringWriter writer = new();
        CoefficientTable.WriteCsv(writer, [new Coefficient(name, name, -0.5, null, -1, null)]);
        Assert.EndsWith($"\n{cell},{cell},-0.5,,-1,\n", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Models_whose_numbers_add_up_to_none_are_told()
    {
        ModelBundle good = ExportTables.Bundle(ExportTables.Schema(LearningTask.Regression, false), [3],
            Activation.Relu);
        FeatureScaling scaling = good.ScalingFor(null)!;
        Assert.Null(ModelBounds.FaultOf(good, scaling));
        Assert.Null(ModelBounds.FaultOf(good, null));
        float[] absurd = [.. good.Parameters.Values];
        Array.Fill(absurd, 3e38f);
        Assert.Contains("layer 1 of the model", ModelBounds.FaultOf(
            good with { Parameters = new ModelParameters(good.Parameters.Layout, absurd) }, scaling),
            StringComparison.Ordinal);
        Array.Fill(absurd, 1e25f);
        Assert.Contains("layer 2 of the model", ModelBounds.FaultOf(
            good with { Parameters = new ModelParameters(good.Parameters.Layout, absurd) }, scaling),
            StringComparison.Ordinal);
        Assert.Contains("the scaling of when, factor 1E+300", ModelBounds.FaultOf(good,
            scaling with { Factor = [1e300, .. scaling.Factor.Skip(1)] }), StringComparison.Ordinal);
    }

    /// <summary>
    /// A column around 1e-4: by one unit no double holds the odds ratio, by one deviation it is an ordinary number.
    /// </summary>
    [Theory]
    [InlineData(0.5f)]
    [InlineData(-0.5f)]
    public void An_odds_ratio_that_no_number_holds_is_none(float weight)
    {
        ModelBundle bundle = ExportTables.Bundle(ExportTables.Schema(LearningTask.Binary, false), [], Activation.Relu);
        bundle.Parameters["layers.0.weight"].Fill(weight);
        Coefficient troponin = CoefficientTable.Of(bundle, bundle.ScalingFor(null))
            .Single(row => row.Feature == "troponin");
        Assert.Equal(weight * 1e5, troponin.Value, 1e-6);
        Assert.Null(troponin.OddsRatio);
        Assert.Equal(Math.Exp(weight), troponin.StandardizedOddsRatio);
        StringWriter writer = new();
        CoefficientTable.WriteCsv(writer, [troponin]);
        Assert.DoesNotContain("Infinity", writer.ToString(), StringComparison.Ordinal);
    }
}
