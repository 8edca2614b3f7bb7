using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Exports;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Tests.Exports;

/// <summary>What an ONNX runtime computes from raw cells is what the program computes from the same cells.</summary>
public class OnnxExportTests
{
    [Theory]
    [InlineData(LearningTask.Binary, "", Activation.Relu, false)]
    [InlineData(LearningTask.Binary, "7,4", Activation.Tanh, true)]
    [InlineData(LearningTask.MultiClass, "", Activation.Relu, true)]
    [InlineData(LearningTask.MultiClass, "6", Activation.Relu, false)]
    [InlineData(LearningTask.Regression, "", Activation.Relu, false)]
    [InlineData(LearningTask.Regression, "5", Activation.Relu, true)]
    public void A_runtime_gives_the_programs_predictions_from_raw_cells(LearningTask task, string hidden,
        Activation activation, bool omitFirst)
    {
        ModelBundle bundle = ExportTables.Bundle(
            ExportTables.Schema(task, omitFirst),
            [.. hidden.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)], activation);
        IReadOnlyList<string[]> cells = ExportTables.Cells();
        float[] expected = new FeedForwardModel(bundle.Spec!).Predict(bundle.Parameters.Values,
            ExportTables.Encode(bundle, cells));
        Assert.True(expected.Distinct().Count() > 20);

        using InferenceSession session = Open(bundle);
        int[] shape = [cells.Count, 1];
        List<NamedOnnxValue> inputs =
        [
            NamedOnnxValue.CreateFromTensor("when", new DenseTensor<double>(Numbers(cells, 0), shape)),
            NamedOnnxValue.CreateFromTensor("troponin", new DenseTensor<double>(Numbers(cells, 1), shape)),
            NamedOnnxValue.CreateFromTensor("colour",
                new DenseTensor<string>(cells.Select(row => row[2]).ToArray(), shape)),
        ];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run(inputs);
        if (task == LearningTask.Regression)
        {
            double[] predictions = [.. outputs.Single(output => output.Name == "prediction").AsEnumerable<double>()];
            Assert.All(predictions.Zip(expected),
                pair => Assert.Equal(bundle.Targets!.Unscale(pair.Second), pair.First, 0.5));
            return;
        }

        int classes = bundle.Spec!.ClassCount;
        float[] probabilities = [.. outputs.Single(output => output.Name == "probabilities").AsEnumerable<float>()];
        long[] chosen = [.. outputs.Single(output => output.Name == "class").AsEnumerable<long>()];
        Assert.Equal(cells.Count, chosen.Length);
        for (int r = 0; r < cells.Count; r++)
        {
            float[] row = task == LearningTask.Binary ? [1 - expected[r], expected[r]]
                : expected[(r * classes)..((r + 1) * classes)];
            Assert.All(Enumerable.Range(0, classes),
                c => Assert.Equal(row[c], probabilities[(r * classes) + c], 1e-4f));
            Assert.Equal(Array.IndexOf(row, row.Max()), chosen[r]);
        }

        Assert.Equal(
            task == LearningTask.Binary ? """["no","yes"]""" : """["a","b","c"]""",
            session.ModelMetadata.CustomMetadataMap["classes"]);
    }

    [Fact]
    public void A_model_over_arrays_takes_one_matrix_of_features()
    {
        ModelBundle table = ExportTables.Bundle(ExportTables.Schema(LearningTask.MultiClass, false), [4],
            Activation.Relu);
        ModelBundle bundle = table with { Schema = null };
        Dataset rows = ExportTables.Encode(table, ExportTables.Cells());
        float[] expected = new FeedForwardModel(bundle.Spec!).Predict(bundle.Parameters.Values, rows);
        FeatureScaling scaling = ExportTables.Scaling(table.Schema!);
        double[] raw =
            [
                .. rows.Features
                    .Select((value, i) => (value / scaling.Factor[i % rows.Width]) + scaling.Offset[i % rows.Width])];

        using InferenceSession session = Open(bundle);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs =
            session.Run(
                [NamedOnnxValue.CreateFromTensor("features", new DenseTensor<double>(raw, [rows.Count, rows.Width]))]);
        float[] probabilities = [.. outputs.Single(output => output.Name == "probabilities").AsEnumerable<float>()];
        Assert.All(probabilities.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
    }

    [Fact]
    public void Columns_that_are_called_as_outputs_keep_their_names()
    {
        TableSchema schema = ExportTables.Schema(LearningTask.Binary, false);
        schema = schema with
        {
            Features = [schema.Features[0] with { Name = "class" },
                schema.Features[1] with { Name = "probabilities" }, schema.Features[2]]
        };
        using InferenceSession session = Open(ExportTables.Bundle(schema, [], Activation.Relu));
        Assert.Equal(["class", "probabilities", "colour"], session.InputMetadata.Keys);
        Assert.Equal(["probabilities_output", "class_output"], session.OutputMetadata.Keys);
    }

    [Fact]
    public void Weights_without_an_architecture_are_refused()
    {
        ModelBundle bundle = ExportTables.Bundle(ExportTables.Schema(LearningTask.Binary, false), [],
            Activation.Relu) with
        { Spec = null };
        Assert.Throws<ArgumentException>(() => OnnxExport.Write(new MemoryStream(), bundle, null));
    }

    private static InferenceSession Open(ModelBundle bundle)
    {
        using MemoryStream stream = new();
        OnnxExport.Write(stream, bundle, bundle.ScalingFor(null));
        return new InferenceSession(stream.ToArray());
    }

    private static double[] Numbers(IReadOnlyList<string[]> cells, int column) =>
        [
            .. cells.Select(
                row => row[column].Length == 0 ? double.NaN : double.Parse(row[column], CultureInfo.InvariantCulture))];
}
