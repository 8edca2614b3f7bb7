using System.Globalization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Splits;
using SecureFL.Learning.Data.Tables;
using SecureFL.Messages.Text;

namespace SecureFL.Cli.Sites;

/// <summary>CSV files to sites: one file a site, one file split by a column, or one file dealt out.</summary>
internal sealed class TableSites(SiteSettings settings)
{
    private readonly List<string> _notes = [];
    private RawTable? _first;

    internal LoadedSites Load(Func<TableSchema, IReadOnlyList<(string Site, RawTable Table)>, TableSchema>? agree)
    {
        List<(string Site, RawTable Table)> sites = ReadSites();
        RawTable? test = settings.TestFile is null ? null : Read(settings.TestFile);
        TableSchema schema = settings.Schema ?? Agreed(sites, test, agree);
        if (settings.SplitColumn is string split && settings.Schema is null)
        {
            (RawTable Train, RawTable? Test)[] parts =
                [.. sites.Select(site => TrainTestSplit.ByColumn(site.Table, Named(split)))];
            SchemaInference.RefuseTestOnlyClasses(
                schema.Label, [.. parts.Select(part => part.Train)],
                [.. parts.Select(part => part.Test).OfType<RawTable>()], schema.MissingValues ?? []);
        }

        TableEncoder encoder = new(schema);
        List<LoadedSite> loaded = [];
        for (int i = 0; i < sites.Count; i++)
        {
            (RawDataset train, RawDataset? own) = Split(encoder, sites[i].Table, i);
            loaded.Add(new LoadedSite(sites[i].Site, train, own));
        }

        RawDataset? common = null;
        if (test is not null && settings.SiteColumn is string reference && test.Columns.Contains(Named(reference)))
        {
            loaded = WithTests(loaded, encoder, test, Named(reference));
        }
        else if (test is not null)
        {
            common = Encode(encoder, test);
        }

        if (settings.Sites == 0)
        {
            return new LoadedSites(loaded, common, schema, _notes);
        }

        RawDataset[] tests = [.. loaded.Where(site => site.Test is not null).Select(site => site.Test!)];
        common ??= tests.Length == 0 ? null : RawDataset.Concatenate(tests);
        return
            new LoadedSites(SiteLoader.Divide(settings, RawDataset.Concatenate([.. loaded.Select(site => site.Train)])),
                common, schema, _notes);
    }

    /// <summary>
    /// The columns of the one table that <see cref="SiteSettings.Data"/> names, as all sites are to have them; no row
    /// of it is kept.
    /// </summary>
    internal static (TableSchema Schema, RawTable Table, IReadOnlyList<string> Notes) Example(SiteSettings settings)
    {
        TableSites sites = new(settings);
        List<(string Site, RawTable Table)> tables = sites.ReadSites();
        return (sites.Agreed(tables, null, null), tables[0].Table, sites._notes);
    }

    private TableSchema Agreed(
        List<(string Site, RawTable Table)> sites, RawTable? test,
        Func<TableSchema, IReadOnlyList<(string Site, RawTable Table)>, TableSchema>? agree)
    {
        InferredSchema inferred = SchemaInference.Examine(
            [.. sites.Select(site => site.Table), .. test is null ? Array.Empty<RawTable>() : [test]],
            settings.ToSchemaOptions(), test is null ? 0 : 1);
        Note(inferred, sites.Count);
        if (settings.Sites == 0)
        {
            FewSitesRule.Check([.. sites.Select(site => site.Table)], inferred.Schema);
        }

        TableSchema schema = inferred.Schema;
        TableSchema agreed = agree?.Invoke(schema, sites) ?? AgreedCategories.Pooled(schema, sites, settings);
        NoteGrouped(schema, agreed);
        return agreed;
    }

    private (RawDataset Train, RawDataset? Test) Split(TableEncoder encoder, RawTable table, int site)
    {
        if (settings.SplitColumn is string reference)
        {
            string column = Named(reference);
            (RawTable train, RawTable? test) = TrainTestSplit.ByColumn(table, column);
            return (Encode(encoder, train), test is null ? null : Encode(encoder, test));
        }

        return TrainTestSplit.ByFraction(Encode(encoder, table), settings.TestFraction, settings.Seed, site);
    }

    private RawDataset Encode(TableEncoder encoder, RawTable table)
    {
        EncodedTable encoded = encoder.Encode(table);
        _notes.AddRange(EncodingNotes.Of(table.Source, encoded, found: settings.Schema is null));
        return encoded.Data;
    }

    /// <summary>The sites with the rows of the test file that name them.</summary>
    /// <exception cref="DataFormatException">Rows name sites that have no training rows.</exception>
    private List<LoadedSite> WithTests(List<LoadedSite> loaded, TableEncoder encoder, RawTable test, string column)
    {
        Dictionary<string, RawTable> parts = SitePartition.ByColumn(test, column)
            .ToDictionary(part => part.Site, part => part.Table, StringComparer.Ordinal);
        string[] unknown = [.. parts.Keys.Except(loaded.Select(site => site.Name), StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            throw new DataFormatException(
                test.Source,
                "no training row is of these sites: "
                    + string.Join(", ",
                        unknown.Select(
                            site => FormattableString.Invariant(
                                $"{PrintableText.Name(site)} ({parts[site].Rows.Count} test rows)"))),
                column: column,
                wayOut: $"write the sites as in the training files "
                + $"({string.Join(", ", loaded.Select(site => PrintableText.Name(site.Name)))}), or take their rows "
                + $"out");
        }

        string[] without = [.. loaded.Select(site => site.Name).Where(site => !parts.ContainsKey(site))];
        if (without.Length > 0)
        {
            _notes.Add($"{test.Source}: no test rows of {string.Join(", ", without)}");
        }

        return
            [
                .. loaded.Select(site => parts.TryGetValue(site.Name, out RawTable? part)
                    ? site with { Test = Encode(encoder, part) } : site)];
    }

    private List<(string Site, RawTable Table)> ReadSites()
    {
        List<(string Site, RawTable Table)> tables =
            [.. settings.Data.Select(path => (SiteLoader.NameOf(path), Read(path)))];
        _first = tables[0].Table;
        if (tables.Select(table => table.Site).Distinct(StringComparer.Ordinal).Count() != tables.Count)
        {
            tables = [.. tables.Select(table => (table.Table.Source, table.Table))];
        }

        if (settings.SiteColumn is not string reference)
        {
            return tables;
        }

        // A site may have rows in several files.
        string column = Named(reference);
        IEnumerable<IGrouping<string, (string Site, RawTable Table)>> parts =
            Aligned([.. tables.Select(table => table.Table)], column)
            .SelectMany(table => SitePartition.ByColumn(table, column))
            .GroupBy(part => part.Site, StringComparer.Ordinal);
        List<(string Site, RawTable Table)> sites =
        [
            .. parts.Select(group => (group.Key, group.First().Table.WithRows(
                [.. group.SelectMany(part => part.Table.Rows)],
                $"{string.Join(" and ", group.Select(part => part.Table.Source).Distinct())}, {column} {group.Key}"))),
        ];
        _notes.AddRange(sites.Select(site => site.Site).GroupBy(SpellingKey.Of, StringComparer.Ordinal)
            .Where(names => names.Count() > 1)
            .Select(
                names =>
                    $"column {column}: {string.Join(", ", names.Select(PrintableText.Name))} look like one site in "
                    + $"several spellings and are taken as several"));
        return sites;
    }

    /// <summary>The files under one header: a site's rows of all files are one table.</summary>
    private IReadOnlyList<RawTable> Aligned(IReadOnlyList<RawTable> tables, string siteColumn)
    {
        if (tables.Count == 1)
        {
            return tables;
        }

        string[] parting =
            [.. new[] { siteColumn, settings.SplitColumn is string split ? Named(split) : null }.OfType<string>()];
        foreach (RawTable table in tables)
        {
            Array.ForEach(parting, name => table.FindColumn(name));
        }

        IEnumerable<string> columns = settings.Schema is TableSchema schema
            ? schema.Features.Select(column => column.Name).Append(schema.Label.Name)
            : AlignedTables.SharedColumns(tables, settings.ToSchemaOptions());
        return AlignedTables.Of(tables, [.. columns.Concat(parting).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>A column's name; an index is one of the first file.</summary>
    private string Named(string reference) => _first!.Columns[_first.FindColumn(reference)];

    private RawTable Read(string path)
    {
        RawTable table = TableFile.Read(path, settings.Csv);
        _notes.AddRange(table.Remarks.Select(remark => $"{path}: {remark}"));
        return table;
    }

    /// <summary>What was decided, and what <c>check-data</c> says of sites that differ.</summary>
    private void Note(InferredSchema inferred, int sites)
    {
        _notes.Add(inferred.LabelNote);
        _notes.AddRange(inferred.Notes);
        if (sites < 2)
        {
            return;
        }

        TableSchema schema = inferred.Schema;
        HashSet<string> used = [.. schema.Features.Select(column => column.Name), schema.Label.Name];
        TableProfile[] profiles = [.. inferred.Profiles.Take(sites)];
        _notes.AddRange(SiteComparison.Of(profiles, schema.Label.Name).Where(column => used.Contains(column.Name))
            .SelectMany(
                column => column.Differences.Select(difference => $"column {column.Name}: difference: {difference}")));
        _notes.AddRange(SiteComparison.Repeated(profiles));
    }

    /// <summary>Says which columns lost categories when they were agreed on.</summary>
    private void NoteGrouped(TableSchema before, TableSchema after)
    {
        foreach ((ColumnSchema all, ColumnSchema kept) in before.Features.Zip(after.Features))
        {
            if (kept.Categories.Length < all.Categories.Length)
            {
                _notes.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"column {all.Name}: {kept.Categories.Length} of {all.Categories.Length} categories are kept, "
                    + $"the others are together as {TableSchema.UnseenCategory}"));
            }
        }
    }
}
