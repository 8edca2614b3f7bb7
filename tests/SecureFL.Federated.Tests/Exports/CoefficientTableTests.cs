using System.Collections.Immutable;
using SecureFL.Federated.Data;
using SecureFL.Federated.Exports;
using SecureFL.Federated.Models;

namespace SecureFL.Federated.Tests.Exports;

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
        Assert.Equal(["when", "troponin", "colour=red", "colour=green", "colour=blue", "colour=(unseen)"], table.Skip(1).Take(width).Select(row => row.Feature));
        Assert.All(table.Skip(1).Take(width), row => Assert.Equal(task == LearningTask.Binary ? Math.Exp(row.Value) : null, row.OddsRatio));
        Assert.Equal(task == LearningTask.MultiClass ? "a" : null, table[0].Class);
    }

    [Fact]
    public void Hidden_layers_have_no_coefficients_and_csv_quotes_names()
    {
        Assert.Empty(CoefficientTable.Of(ExportTables.Bundle(ExportTables.Schema(LearningTask.Binary, false), [3], Activation.Relu), null));
        StringWriter writer = new();
        CoefficientTable.WriteCsv(writer, [new Coefficient(null, "a,b", 0.5, Math.Exp(0.5), 2), new Coefficient("c", "d", -1, null, 3)]);
        Assert.Equal("class,feature,coefficient,odds_ratio,standardized\n,\"a,b\",0.5,1.6487212707001282,2\nc,d,-1,,3\n", writer.ToString());
    }
}
