using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Generated;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;

namespace SecureFL.Bench.Accuracy;

/// <summary>
/// The demonstration's four hospitals, scaled by common means and deviations, a quarter of the rows kept for tests.
/// </summary>
internal static class GeneratedHospitals
{
    internal static async Task<IReadOnlyList<FederatedSite>> CreateAsync(ulong seed)
    {
        RawTable[] tables =
            [.. HospitalGenerator.Demonstration.Select(profile => HospitalGenerator.Generate(profile, seed))];
        TableSchema schema = SchemaInference.Infer(tables,
            new SchemaOptions { Label = HospitalGenerator.Label, Missing = MissingPolicy.Impute });
        TableEncoder encoder = new(schema);
        RawSite[] raw = [.. tables.Select((table, i) =>
        {
            (RawDataset train, RawDataset? test) = TrainTestSplit.ByFraction(encoder.Encode(table).Data, 0.25, seed, i);
            return new RawSite(HospitalGenerator.Demonstration[i].Name, train, test);
        })];
        RawDataset first = raw[0].Train;
        PreparationTerms terms =
            PreparationTerms.For(ScalingKind.Federated, null, first.Width, first.Task, first.ClassCount);
        PreparedState prepared = await PreparationRun.RunAsync(
            PreparationSteps.For(terms, PreparationRun.CountersPerSum),
            [.. raw.Select(site => new PreparingSite(
                site.Name, site.Train, (_, _) => throw new NotSupportedException("scaling takes no training")))],
            new PlaintextSum(),
            seed).ConfigureAwait(false);
        FeatureScaling scaling = prepared.Shared!;
        return
            [.. raw.Select(site => new FederatedSite(site.Name, scaling.Apply(site.Train), scaling.Apply(site.Test!)))];
    }
}
