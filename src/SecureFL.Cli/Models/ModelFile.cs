using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Models;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Models;

/// <summary>A trained model with rows to use it on.</summary>
internal static class ModelFile
{
    /// <summary>Reads a model that this program can compute.</summary>
    /// <exception cref="CliException">A model of an external trainer.</exception>
    internal static (ModelBundle Bundle, ModelSpec Spec) Read(FileInfo file)
    {
        using FileStream stream = OrdinaryFile.Open(file.FullName);
        ModelBundle bundle = ModelBundle.Read(stream, file.FullName);
        return bundle.Spec is ModelSpec spec
            ? (bundle, spec)
            : throw new CliException(ExitCode.Usage, $"{file.FullName} has weights and no architecture",
                "a model of an external trainer is used by that trainer: give its command with --trainer");
    }

    /// <summary>Reads a model that an external trainer computes.</summary>
    /// <exception cref="CliException">A model with an architecture, which needs no trainer.</exception>
    internal static ModelBundle ReadExternal(FileInfo file)
    {
        using FileStream stream = OrdinaryFile.Open(file.FullName);
        ModelBundle bundle = ModelBundle.Read(stream, file.FullName);
        return bundle.Spec is null
            ? bundle
            : throw new CliException(ExitCode.Usage,
                $"{file.FullName} is a built-in model, --trainer is for models of an external trainer",
                "leave --trainer out");
    }

    /// <summary>Rows of a file as the model takes them, and their places in it.</summary>
    internal static (Dataset Data, IReadOnlyList<int> Rows, RawTable? Table) Rows(ModelBundle bundle, string path,
        bool withLabels, string? site, CsvReadOptions csv)
    {
        FeatureScaling? scaling = ScalingFor(bundle, site);
        if (bundle.Schema is not TableSchema schema)
        {
            RawDataset arrays = Arrays(bundle, path, withLabels);
            return (scaling?.Apply(arrays, bundle.Targets) ?? arrays.ToDataset(bundle.Targets),
                [.. Enumerable.Range(0, arrays.Count)], null);
        }

        RawTable table = TableFile.Read(path, csv);
        TableEncoder encoder = new(schema);
        EncodedTable encoded = withLabels ? encoder.Encode(table) : encoder.EncodeFeatures(table);
        foreach (string note in table.Remarks.Select(remark => $"{path}: {remark}")
            .Concat(EncodingNotes.Of(path, encoded))
            .Concat(FarFromTrainingRule.Sentences(table, schema, encoded, scaling)))
        {
            Talk.Line(note);
        }

        return (scaling?.Apply(encoded.Data, bundle.Targets) ?? encoded.Data.ToDataset(bundle.Targets),
            encoded.RowIndexes, table);
    }

    /// <summary>Rows of an array file for the model's task; without labels every one is 0.</summary>
    private static RawDataset Arrays(ModelBundle bundle, string path, bool withLabels)
    {
        LearningTask? task = bundle.Labels?.Task ?? bundle.Spec?.Task
            ?? (bundle.Targets is null ? null : LearningTask.Regression);
        int? classes = bundle.Labels?.Classes ?? bundle.Spec?.ClassCount;
        string? label = bundle.Labels?.Column;
        int? inputs = bundle.Spec?.Inputs ?? bundle.Scalings.Values.FirstOrDefault()?.Width;
        RawDataset rows;
        if (!withLabels && task is LearningTask known)
        {
            (double[] features, int count) = ArrayFiles.ReadFeatures(path, inputs, label);
            rows = new RawDataset(features, new double[count], features.Length / count, known, classes ?? 0);
        }
        else
        {
            // Of weights alone nobody knows what they predict: the labels beside the rows say it.
            TensorRows file = ArrayFiles.Read(path, label);
            (LearningTask found, int most) = TensorRows.Decide([file], task);
            rows = file.As(found, classes ?? most);
        }

        return inputs is null || rows.Width == inputs
            ? rows
            : throw new CliException(ExitCode.Usage, $"{path} has {rows.Width} features, the model {inputs}",
                "give rows as the model was trained on");
    }

    /// <summary>The scaling for rows of a site.</summary>
    /// <exception cref="CliException">Only single sites have one, and this is none of them.</exception>
    internal static FeatureScaling? ScalingFor(ModelBundle bundle, string? site)
    {
        if (bundle.Scalings.ContainsKey("") && bundle.Scalings.Count > 1
            && (site is null || !bundle.Scalings.ContainsKey(site)))
        {
            string who = site is null ? "no --site is named" : $"the model knows no site {site}";
            Talk.Line(
                $"{who}: features are scaled as all sites share it; sites with a scaling of their own: "
                + $"{string.Join(", ", bundle.Scalings.Keys.Where(name => name.Length > 0))}");
        }

        try
        {
            return bundle.ScalingFor(site);
        }
        catch (ArgumentException)
        {
            throw new CliException(ExitCode.Usage, "the model was scaled at each site by its own rows",
                $"name one with --site: {string.Join(", ", bundle.Scalings.Keys)}");
        }
    }
}
