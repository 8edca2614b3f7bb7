using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Tests.RealData;

/// <summary>The four hospitals of the UCI heart disease data as FLamby's benchmark prepares them.</summary>
internal static class HeartDisease
{
    public static readonly string[] Centres = ["cleveland", "hungarian", "switzerland", "va"];

    public static IReadOnlyList<FederatedSite> Sites()
    {
        RawTable table = SharedData.ReadTable("heart_disease/flamby_features_split.csv");
        SchemaOptions options = new() { Label = "label", Ignore = ["centre", "centre_name", "raw_row0", "split"] };
        TableEncoder encoder = new(SchemaInference.Infer([table], options));
        List<FederatedSite> sites = [];
        foreach ((string site, RawTable part) in SitePartition.ByColumn(table, "centre_name"))
        {
            (RawTable train, RawTable? test) = TrainTestSplit.ByColumn(part, "split");
            RawDataset trainRows = encoder.Encode(train).Data;
            FeatureScaling scaling = FeatureScaling.Standard(FeatureStatistics.Of(trainRows), ddof: 1);
            sites.Add(new FederatedSite(site, scaling.Apply(trainRows), scaling.Apply(encoder.Encode(test!).Data)));
        }

        return sites;
    }
}
