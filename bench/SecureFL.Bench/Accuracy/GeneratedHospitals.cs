using SecureFL.Federated.Data;
using SecureFL.Federated.Data.Generated;
using SecureFL.Federated.Rounds;

namespace SecureFL.Bench.Accuracy;

/// <summary>The demonstration's four hospitals, scaled by common means and deviations, a quarter of the rows kept for tests.</summary>
internal static class GeneratedHospitals
{
    internal static async Task<IReadOnlyList<FederatedSite>> CreateAsync(ulong seed)
    {
        RawTable[] tables = [.. HospitalGenerator.Demonstration.Select(profile => HospitalGenerator.Generate(profile, seed))];
        TableSchema schema = SchemaInference.Infer(tables, new SchemaOptions { Label = HospitalGenerator.Label, Missing = MissingPolicy.Impute });
        TableEncoder encoder = new(schema);
        RawSite[] raw = [.. tables.Select((table, i) =>
        {
            (RawDataset train, RawDataset? test) = TrainTestSplit.ByFraction(encoder.Encode(table).Data, 0.25, seed, i);
            return new RawSite(HospitalGenerator.Demonstration[i].Name, train, test);
        })];
        FeatureScaling scaling = await FederatedPreparation.SumScalingAsync(new PlaintextSum(), raw, seed).ConfigureAwait(false);
        return [.. raw.Select(site => new FederatedSite(site.Name, scaling.Apply(site.Train), scaling.Apply(site.Test!)))];
    }
}
