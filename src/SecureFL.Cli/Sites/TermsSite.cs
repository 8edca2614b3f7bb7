using SecureFL.Cli.Shell;
using SecureFL.Deployment.Plans;
using SecureFL.Federated.Data;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Sites;

/// <summary>A site's rows as the plan's terms say: the same features, label, split and scaling at every site.</summary>
internal static class TermsSite
{
    /// <summary>Reads a site's files.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="data">Rows to train on: CSV, or arrays where the terms have no schema.</param>
    /// <param name="label">The label column of a .npy matrix; null elsewhere.</param>
    /// <param name="testData">A file of test rows; null to split by the terms' fraction.</param>
    /// <param name="name">The site's enrolled name.</param>
    /// <param name="client">Its index in the plan.</param>
    /// <param name="csv">How to read CSV files.</param>
    /// <exception cref="DataFormatException">A file that does not fit the terms.</exception>
    internal static FederatedSite Load(TrainingTerms terms, string data, string? label, string? testData, string name, int client, CsvReadOptions csv)
    {
        if (terms.Data.Schema is null != ArrayFiles.IsArray(data))
        {
            throw new CliException(
                ExitCode.Usage,
                terms.Data.Schema is null ? $"the plan is for arrays, {data} is a table" : $"the plan is for tables, {data} holds arrays",
                "the plan's terms say under data what sites bring");
        }

        return terms.Data.Schema is null
            ? Of(terms, ReadArrays(terms, data, label), testData is null ? null : ReadArrays(terms, testData, label), name, client)
            : Of(terms, ReadTable(data, csv), name, client, testData is null ? null : ReadTable(testData, csv));
    }

    /// <summary>Encodes tables.</summary>
    internal static FederatedSite Of(TrainingTerms terms, RawTable table, string name, int client, RawTable? test)
    {
        TableEncoder encoder = new(terms.Data.Schema!);
        return Of(terms, Encode(encoder, table), test is null ? null : Encode(encoder, test), name, client);
    }

    private static FederatedSite Of(TrainingTerms terms, Dataset data, Dataset? test, string name, int client)
    {
        if (data.Width != terms.Model.Inputs || data.Task != terms.Model.Task || data.ClassCount != terms.Model.Classes)
        {
            throw new CliException(
                ExitCode.Usage,
                $"the rows have {data.Width} features and {data.ClassCount} classes ({data.Task}), the plan's model {terms.Model.Inputs} and {terms.Model.Classes} ({terms.Model.Task})",
                "the plan's terms say under model what it takes");
        }

        Dataset train = data;
        if (test is null && terms.Data.TestFraction > 0)
        {
            (train, test) = TrainTestSplit.ByFraction(data, terms.Data.TestFraction, terms.Seed, client);
        }

        if (ScalingOf(terms.Data, train) is FeatureScaling scaling)
        {
            train = scaling.Apply(train);
            test = test is null ? null : scaling.Apply(test);
        }

        return new FederatedSite(name, train, test);
    }

    /// <summary>The scaling that the terms prescribe for a site with these training rows; null for none.</summary>
    internal static FeatureScaling? ScalingOf(DataTerms terms, Dataset train) => terms.Scaling switch
    {
        ScalingKind.Fixed => terms.FixedScaling,
        ScalingKind.Site => FeatureScaling.Standard(FeatureStatistics.Of(train)),
        ScalingKind.MinMax => FeatureScaling.MinMax(FeatureStatistics.Of(train)),
        _ => FeatureScaling.None(FeatureStatistics.Of(train)),
    };

    private static RawTable ReadTable(string path, CsvReadOptions csv)
    {
        using StreamReader reader = TableSites.OpenText(path);
        return CsvTableReader.Read(reader, path, csv);
    }

    private static Dataset ReadArrays(TrainingTerms terms, string path, string? label)
    {
        Dataset data = ArrayFiles.Read(path, label);
        return ArrayFiles.WithClasses(data, terms.Model.Classes);
    }

    private static Dataset Encode(TableEncoder encoder, RawTable table)
    {
        EncodedTable encoded = encoder.Encode(table);
        (int Count, string What)[] notes =
        [
            (encoded.RowsWithoutLabel, "rows left out: no label"),
            (encoded.RowsWithMissing, "rows left out: a feature is missing"),
            (encoded.ImputedCells, "missing cells filled in"),
            (encoded.UnseenCells, "cells of a category that is not in the plan"),
        ];
        foreach ((int count, string what) in notes.Where(note => note.Count > 0))
        {
            Talk.Line($"{table.Source}: {count} {what}");
        }

        return encoded.Data;
    }
}
