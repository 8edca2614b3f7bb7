using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Generated;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Simulation;

namespace SecureFL.Learning.Tests.Rounds;

/// <summary>
/// The generated hospitals end to end: missing values, federated scaling, class weights, training, bundle.
/// </summary>
public class HospitalFederationTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Four_hospitals_train_a_model_that_none_of_the_small_ones_has_alone()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        QuantizedReferenceSum sum = TestData.Quantised(HospitalGenerator.Demonstration.Length, 4f, 16);
        RawTable[] tables =
            [.. HospitalGenerator.Demonstration.Select(profile => HospitalGenerator.Generate(profile, 1))];
        TableSchema schema = SchemaInference.Infer(tables,
            new SchemaOptions { Label = HospitalGenerator.Label, Missing = MissingPolicy.Impute });
        TableEncoder encoder = new(schema);
        List<RawSite> raw = [];
        for (int i = 0; i < tables.Length; i++)
        {
            (RawDataset train, RawDataset? test) =
                TrainTestSplit.ByFraction(encoder.Encode(tables[i]).Data, 0.25, 1, i);
            raw.Add(new RawSite(tables[i].Source, train, test));
        }

        RawDataset first = raw[0].Train;
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, schema, first.Width, first.Task,
            first.ClassCount) with
        { ClassCounts = true };
        PreparedState prepared = await PreparationRun.RunAsync(
            PreparationSteps.For(terms, PreparationRun.CountersPerSum),
            [
                .. raw.Select(
                    site => new PreparingSite(site.Name, site.Train,
                        (_, _) => throw new NotSupportedException("no clips are looked for")))],
            sum,
            1,
            cancellationToken: token);
        Assert.Equal(raw.Sum(site => (long)site.Train.Count), prepared.ClassCounts.Sum());
        IReadOnlyList<FederatedSite> sites = [.. raw.Select(site => prepared.Scale(terms, site))];

        GradientTrainer trainer = new(ModelSpec.Logistic(schema.Width), new LocalTrainingOptions
        {
            Epochs = 2,
            ClassWeights = prepared.ClassWeights,
            Optimizer = new LocalOptimizerOptions { LearningRate = 0.05f },
        });
        FederationOptions options = new() { Stopping = new StoppingRules { Rounds = 20 }, MinimumContributors = 3 };
        TrainingOutcome together = await new FederatedAveraging(options, sites, trainer,
            sum).RunAsync(cancellationToken: token);
        TrainingOutcome alone = await new FederatedAveraging(options with { MinimumContributors = 1 }, [sites[3]],
            trainer, sum).RunAsync(cancellationToken: token);
        EvaluationCounts lonely = new(trainer.Metrics);
        foreach (FederatedSite site in sites)
        {
            lonely = lonely.Add(await trainer.EvaluateAsync(alone.Model, site.Test!, token));
        }

        output.WriteLine(
            $"together: accuracy {together.Test.Accuracy:f4}, AUC {together.Test.Auc?.Value:f4}; smallest alone: "
            + $"AUC {lonely.Auc?.Value:f4}");
        Assert.True(together.Test.Auc!.Value.Value > 0.85);
        Assert.True(together.Test.Auc.Value.Value > lonely.Auc!.Value.Value);
        Assert.True(together.Test.Accuracy > 0.75);
    }

    [Fact]
    public void Array_files_become_data_sets_and_back()
    {
        RawDataset images = Decided(TensorDataset.Join(
            new TensorData([3, 2, 2], TensorElement.UInt8, [0, 255, 0, 0, 51, 0, 0, 0, 0, 0, 0, 255]),
            new TensorData([3], TensorElement.UInt8, [2, 0, 1]), "x", 1 / 255.0));
        Assert.Equal((LearningTask.MultiClass, 3, 4), (images.Task, images.ClassCount, images.Width));
        Assert.Equal([0.2, 0, 0, 0], images.Row(1).ToArray().Select(value => Math.Round(value, 5)));
        MemoryStream file = new();
        NumpyArchive.Write(file, TensorDataset.ToArrays(images.ToDataset()));
        IReadOnlyDictionary<string, TensorData> back = NumpyArchive.Read(file, "x.npz");
        RawDataset again = Decided(TensorDataset.Join(back["x"], back["y"], "x.npz"));
        Assert.Equal(images.ToDataset().Features, again.ToDataset().Features);
        Assert.Equal(images.Labels, again.Labels);

        TensorData features = TensorData.FromFloats([1, 2], 2, 1);
        Assert.Equal(LearningTask.Regression,
            Decided(TensorDataset.Join(features, TensorData.FromFloats([0.5f, 1], 2), "x")).Task);
        Assert.Equal(LearningTask.Binary,
            Decided(TensorDataset.Join(features, TensorData.FromFloats([0, 0], 2, 1), "x")).Task);
        Assert.Throws<DataFormatException>(
            () => TensorDataset.Join(features, TensorData.FromFloats([0, 1, 1], 3), "x"));
        Assert.Throws<DataFormatException>(
            () => Decided(TensorDataset.Join(features, TensorData.FromFloats([0, -1], 2), "x")));
        Assert.Throws<DataFormatException>(
            () => TensorDataset.Join(features, TensorData.FromFloats([0, float.NaN], 2), "x"));
        Assert.Throws<DataFormatException>(
            () => TensorDataset.Join(TensorData.FromFloats([1, float.PositiveInfinity], 2, 1),
                TensorData.FromFloats([0, 1], 2), "x"));
    }

    private static RawDataset Decided(TensorRows rows)
    {
        (LearningTask task, int classes) = TensorRows.Decide([rows]);
        return rows.As(task, classes);
    }
}
