using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Tests.RealData;

/// <summary>The UCI handwritten digits, 8 by 8 pixels of 0..16 brought to 0..1, over sites with label skew.</summary>
internal static class Digits
{
    public static (Dataset Train, Dataset Test) Read()
    {
        RawTable train = SharedData.ReadTable("optdigits/optdigits.tra");
        RawTable test = SharedData.ReadTable("optdigits/optdigits.tes");
        TableEncoder encoder = new(SchemaInference.Infer([train, test], new SchemaOptions { Label = "-1" }));
        double[] low = new double[64];
        double[] high = [.. Enumerable.Repeat(16.0, 64)];
        FeatureScaling scaling = FeatureScaling.Declared(low, high);
        return (scaling.Apply(encoder.Encode(train).Data), scaling.Apply(encoder.Encode(test).Data));
    }

    public static IReadOnlyList<FederatedSite> SkewedSites(Dataset train, int sites, double alpha, ulong seed) =>
        [.. SitePartition.Dirichlet(train, sites, alpha, seed, minimumRows: 20)
            .Select((rows, i) => new FederatedSite($"site{i}", train.Select(rows), null))];
}
