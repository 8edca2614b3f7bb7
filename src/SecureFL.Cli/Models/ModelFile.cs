using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;

namespace SecureFL.Cli.Models;

/// <summary>A trained model with rows to use it on.</summary>
internal static class ModelFile
{
    /// <summary>Reads a model that this program can compute.</summary>
    /// <exception cref="CliException">A model of an external trainer.</exception>
    internal static (ModelBundle Bundle, ModelSpec Spec) Read(FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        ModelBundle bundle = ModelBundle.Read(stream, file.FullName);
        return bundle.Spec is ModelSpec spec
            ? (bundle, spec)
            : throw new CliException(ExitCode.Usage, $"{file.FullName} has weights and no architecture", "a model of an external trainer is used by that trainer: give its command with --trainer");
    }

    /// <summary>Reads a model that an external trainer computes.</summary>
    /// <exception cref="CliException">A model with an architecture, which needs no trainer.</exception>
    internal static ModelBundle ReadExternal(FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        ModelBundle bundle = ModelBundle.Read(stream, file.FullName);
        return bundle.Spec is null
            ? bundle
            : throw new CliException(ExitCode.Usage, $"{file.FullName} is a built-in model, --trainer is for models of an external trainer", "leave --trainer out");
    }

    /// <summary>Rows of a file as the model takes them, and their places in it.</summary>
    internal static (Dataset Data, IReadOnlyList<int> Rows, RawTable? Table) Rows(ModelBundle bundle, string path, bool withLabels, string? site, CsvReadOptions csv)
    {
        FeatureScaling? scaling = ScalingFor(bundle, site);
        if (bundle.Schema is not TableSchema schema)
        {
            RawDataset arrays = ArrayFiles.Read(path, null);
            arrays = ArrayFiles.WithClasses(arrays, Math.Max(arrays.ClassCount, bundle.Spec?.ClassCount ?? 0));
            return (scaling?.Apply(arrays, bundle.Targets) ?? arrays.ToDataset(bundle.Targets), [.. Enumerable.Range(0, arrays.Count)], null);
        }

        RawTable table = TableFile.Read(path, csv);
        TableEncoder encoder = new(schema);
        EncodedTable encoded = withLabels ? encoder.Encode(table) : encoder.EncodeFeatures(table);
        foreach (string remark in table.Remarks.Concat(encoded.Remarks).Concat(encoded.UnseenByColumn))
        {
            Talk.Line($"{path}: {remark}");
        }

        if (encoded.RowsWithMissing + encoded.RowsWithoutLabel > 0)
        {
            Talk.Line($"{path}: {encoded.RowsWithMissing + encoded.RowsWithoutLabel} rows left out: a feature or the label is missing");
        }

        return (scaling?.Apply(encoded.Data, bundle.Targets) ?? encoded.Data.ToDataset(bundle.Targets), encoded.RowIndexes, table);
    }

    /// <summary>The scaling for rows of a site.</summary>
    /// <exception cref="CliException">Only single sites have one, and this is none of them.</exception>
    internal static FeatureScaling? ScalingFor(ModelBundle bundle, string? site)
    {
        if (bundle.Scalings.ContainsKey("") && bundle.Scalings.Count > 1 && (site is null || !bundle.Scalings.ContainsKey(site)))
        {
            string who = site is null ? "no --site is named" : $"the model knows no site {site}";
            Talk.Line($"{who}: features are scaled as all sites share it; sites with a scaling of their own: {string.Join(", ", bundle.Scalings.Keys.Where(name => name.Length > 0))}");
        }

        try
        {
            return bundle.ScalingFor(site);
        }
        catch (ArgumentException)
        {
            throw new CliException(ExitCode.Usage, "the model was scaled at each site by its own rows", $"name one with --site: {string.Join(", ", bundle.Scalings.Keys)}");
        }
    }
}
