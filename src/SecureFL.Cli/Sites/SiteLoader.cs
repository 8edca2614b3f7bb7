using SecureFL.Cli.Shell;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Messages.Text;

namespace SecureFL.Cli.Sites;

/// <summary>Files to sites: what every data command starts with.</summary>
internal static class SiteLoader
{
    /// <summary>
    /// Reads all files. <paramref name="agree"/> settles the categories of the schema; null leaves them as found.
    /// </summary>
    /// <exception cref="DataFormatException">A file does not say what it should.</exception>
    /// <exception cref="CliException">Options that contradict each other or the files.</exception>
    internal static LoadedSites Load(SiteSettings settings,
        Func<TableSchema, IReadOnlyList<(string Site, RawTable Table)>, TableSchema>? agree = null)
    {
        if (settings.Data.Append(settings.TestFile).OfType<string>().Any(ArrayFiles.IsArray))
        {
            return WithNames(Arrays(settings));
        }

        return settings.Label is null
            ? throw new CliException(ExitCode.Usage, "--label is missing",
                "name the label column, or give its index: --label -1 is the last column")
            : WithNames(new TableSites(settings).Load(agree));
    }

    private static LoadedSites WithNames(LoadedSites loaded)
    {
        foreach (string name in loaded.Sites.Select(site => site.Name))
        {
            if (PrintableText.FaultOf(name) is string fault)
            {
                throw new CliException(
                    ExitCode.Usage, $"the site's name {PrintableText.Name(name)} {fault}",
                    "rename the file, or mend the column that --site-column names");
            }
        }

        return loaded;
    }

    /// <summary>A file's name without folder and extension: a site's default name.</summary>
    internal static string NameOf(string path)
    {
        string name = Path.GetFileName(path);
        foreach (string extension in new[]
            { ".gz", ".csv", ".data", ".txt", ".tsv", ".parquet", ".xlsx", ".npz", ".npy" })
        {
            name = name.EndsWith(extension, StringComparison.OrdinalIgnoreCase) && name.Length > extension.Length
                ? name[..^extension.Length] : name;
        }

        return name;
    }

    /// <summary>Divides the rows of one set into sites.</summary>
    internal static IReadOnlyList<LoadedSite> Divide(SiteSettings settings, RawDataset train)
    {
        const int Enough = 20;
        int[][] parts;
        try
        {
            parts = settings.Dirichlet is double alpha
                ? SitePartition.Dirichlet(train, settings.Sites, alpha, settings.Seed,
                    settings.MinSiteRows ?? Math.Clamp(train.Count / (4 * settings.Sites), 1, Enough))
                : SitePartition.Iid(train.Count, settings.Sites, settings.Seed);
        }
        catch (ArgumentException fault)
        {
            throw new CliException(
                ExitCode.Usage, FaultText.Of(fault),
                settings.Dirichlet is null ? "fewer --sites, or more rows"
                    : "fewer --sites, a larger --dirichlet, a smaller --min-site-rows, or another --seed");
        }

        return [.. parts.Select((rows, i) => new LoadedSite($"site{i + 1}", train.Select(rows), null))];
    }

    private static LoadedSites Arrays(SiteSettings settings)
    {
        if (settings.SiteColumn is not null || settings.SplitColumn is not null)
        {
            throw new CliException(ExitCode.Usage, "array files have no columns to name sites or splits",
                "give one file a site, or --sites N");
        }

        string? table = settings.Data.Append(settings.TestFile).OfType<string>()
            .FirstOrDefault(path => !ArrayFiles.IsArray(path));
        if (table is not null)
        {
            throw new CliException(ExitCode.Usage, $"{table} is a table beside array files",
                "give the rows of all sites as tables, or all as arrays");
        }

        // All files together say whether labels are classes or numbers, and how many classes there are.
        TensorRows[] files = [.. settings.Data.Select(path => ArrayFiles.Read(path, settings.Label))];
        TensorRows? testFile = settings.TestFile is null ? null : ArrayFiles.Read(settings.TestFile, settings.Label);
        TensorRows[] all = [.. files, .. testFile is null ? Array.Empty<TensorRows>() : [testFile]];
        if (all.FirstOrDefault(file => file.Numbers.Width != all[0].Numbers.Width) is TensorRows other)
        {
            throw new DataFormatException(
                other.Source,
                $"rows of {other.Numbers.Width} features, those of {all[0].Source} have {all[0].Numbers.Width}",
                wayOut: "give the same features in all files");
        }

        (LearningTask task, int classes) = TensorRows.Decide(all, settings.ModelTask);
        if (testFile is not null)
        {
            TensorRows.RefuseTestOnlyClasses(task, files, testFile);
        }

        string[] notes = [TensorRows.Describe(task, classes, all.All(file => file.Whole))];
        List<RawDataset> parts = [.. files.Select(file => file.As(task, classes))];
        RawDataset? test = testFile?.As(task, classes);
        if (settings.Sites > 0)
        {
            RawDataset rows = RawDataset.Concatenate(parts);
            if (test is null && settings.TestFraction > 0)
            {
                (rows, test) = TrainTestSplit.ByFraction(rows, settings.TestFraction, settings.Seed);
            }

            return new LoadedSites(Divide(settings, rows), test, null, notes);
        }

        List<LoadedSite> sites = [];
        for (int i = 0; i < parts.Count; i++)
        {
            (RawDataset train, RawDataset? own) =
                TrainTestSplit.ByFraction(parts[i], settings.TestFraction, settings.Seed, i);
            sites.Add(new LoadedSite(NameOf(settings.Data[i]), train, own));
        }

        return new LoadedSites(sites, test, null, notes);
    }
}
