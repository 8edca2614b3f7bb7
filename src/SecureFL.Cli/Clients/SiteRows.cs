using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Clients;

/// <summary>Where a site's rows are.</summary>
internal sealed record SiteFiles(string Data, string? Test, string? Label)
{
    /// <summary>How its tables are written, where that cannot be detected.</summary>
    internal CsvReadOptions Csv { get; init; } = CsvReadOptions.Default;
}

/// <summary>A site's rows as they were read, and what people should know of them.</summary>
internal sealed record SiteEncoding(RawSite Site, IReadOnlyList<string> Notes);

/// <summary>
/// One site's rows under the plan's terms: columns, categories, label and split as all sites agreed. Scaled once the
/// preparation says how.
/// </summary>
internal static class SiteRows
{
    /// <summary>Rows that say whether a label is a number or two classes.</summary>
    private const int EnoughRows = 20;

    internal static SiteEncoding Load(TrainingTerms terms, SiteFiles files, string name, int client)
    {
        List<string> notes = [];
        RawDataset all = Read(terms, files, files.Data, notes);
        if (terms.Model.Task == LearningTask.Regression && all.Count >= EnoughRows
            && all.Labels.Distinct().Take(3).Count() < 3)
        {
            notes.Add(
                $"{files.Data}: the label has two values at most here, where the plan predicts a number: make sure "
                + $"that all sites mean the same by it");
        }

        (RawDataset train, RawDataset? test) = files.Test is null
            ? TrainTestSplit.ByFraction(all, terms.Data.TestFraction, terms.Seed, client)
            : (all, Read(terms, files, files.Test, notes));
        if (OneClassRule.Sentence(train, terms.Data.Schema?.Label.Classes ?? []) is string one)
        {
            notes.Add($"{files.Data}: {one}");
        }

        return new SiteEncoding(new RawSite(name, train, test), notes);
    }

    private static RawDataset Read(TrainingTerms terms, SiteFiles files, string path, List<string> notes)
    {
        string? label = files.Label;
        if (terms.Data.Schema is not TableSchema schema)
        {
            RawDataset array = ArrayFiles.IsArray(path)
                ? ArrayFiles.Read(path, label).As(terms.Model.Task, terms.Model.Classes)
                : throw new CliException(ExitCode.Usage, $"the plan's terms have no columns, and {path} is a table",
                    "give the rows as .npz or .npy");
            return array.Width == terms.Model.Inputs
                ? array
                : throw new CliException(ExitCode.Usage,
                    $"{path} has {array.Width} features, the plan's model {terms.Model.Inputs}",
                    "check the file against the plan");
        }

        if (label is not null && label != schema.Label.Name)
        {
            throw new CliException(ExitCode.Usage, $"--label {label}, the plan's terms say {schema.Label.Name}",
                "leave --label out, or ask for another plan");
        }

        RawTable table = TableFile.Read(path, files.Csv);
        EncodedTable encoded = new TableEncoder(schema).Encode(table);
        notes.AddRange(table.Remarks.Select(remark => $"{path}: {remark}").Concat(EncodingNotes.Of(path, encoded)));
        return encoded.Data;
    }
}
