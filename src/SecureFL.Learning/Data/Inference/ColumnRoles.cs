using System.Collections.Immutable;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Inference;

/// <summary>
/// Which columns are label, features and none of both, after all files were found to have the same ones.
/// </summary>
internal sealed record ColumnRoles(
    string Label, ImmutableArray<string> Features, ImmutableHashSet<string> Categorical, ImmutableHashSet<string> Kept,
    ImmutableHashSet<string> Exact)
{
    private const int Shown = 20;

    /// <exception cref="DataFormatException">A column that another file lacks, or has under another spelling; or an
    /// option that names no column.</exception>
    internal static ColumnRoles Of(IReadOnlyList<RawTable> tables, SchemaOptions options)
    {
        RawTable first = tables[0];
        string label = Name(tables, options.Label);
        ImmutableHashSet<string> ignored = Names(tables, options.Ignore);
        RequireSame(tables, ignored.Remove(label), label);
        return new ColumnRoles(
            label,
            [.. first.Columns.Where(name => name != label && !ignored.Contains(name))],
            Names(tables, options.Categorical),
            Names(tables, options.Keep),
            Names(tables, options.Exact));
    }

    private static ImmutableHashSet<string> Names(IReadOnlyList<RawTable> tables, ImmutableArray<string> references) =>
        [.. references.Select(reference => Name(tables, reference))];

    /// <summary>By name in any file, else by index in the first.</summary>
    private static string Name(IReadOnlyList<RawTable> tables, string reference) =>
        tables.Any(table => table.Columns.Contains(reference)) ? reference
        : tables[0].Columns[tables[0].FindColumn(reference)];

    private static void RequireSame(IReadOnlyList<RawTable> tables, ImmutableHashSet<string> ignored, string label)
    {
        string[] all = [.. tables.SelectMany(table => table.Columns).Distinct(StringComparer.Ordinal)
            .Where(name => !ignored.Contains(name))];
        List<string> faults = [];
        RawTable? faulty = null;
        HashSet<string> lacking = new(StringComparer.Ordinal);
        foreach (RawTable table in tables)
        {
            string[] missing = [.. all.Where(name => !table.Columns.Contains(name))];
            if (missing.Length > 0)
            {
                faulty ??= table;
                lacking.UnionWith(missing);
                faults.Add(
                    $"{table.Source} has no "
                    + $"{string.Join(", ", missing.Take(10).Select(name => Describe(name, table)))}{(missing.Length > 10 ? " ..." : "")}");
            }
        }

        if (faulty is not null)
        {
            RefuseLostHeader(tables);
            throw new DataFormatException(
                faulty.Source,
                $"the files have different columns: {string.Join("; ", faults)}",
                wayOut: lacking.Contains(label)
                    ? $"the label {label} must be in every file, under this name"
                    : $"give the columns the same names in all files; --ignore {string.Join(',', lacking.Take(10))} "
                    + $"leaves them out");
        }
    }

    /// <summary>Refuses a file without a header among others that have one, which is why the columns differ.</summary>
    private static void RefuseLostHeader(IReadOnlyList<RawTable> tables)
    {
        RawTable? bare = tables.FirstOrDefault(table => !table.HasHeader);
        RawTable? named = tables.FirstOrDefault(table => table.HasHeader);
        if (bare is not null && named is not null)
        {
            string names = string.Join(',', named.Columns.Take(Shown).Select(CsvCell.Of))
                + (named.Columns.Length > Shown ? ",..." : "");
            throw new DataFormatException(
                bare.Source,
                $"the file has no header, its first line is data; {named.Source} names its columns {names}",
                bare.Rows.Count > 0 ? bare.Rows[0].Line : null,
                wayOut: bare.Columns.Length == named.Columns.Length
                    ? $"write {names} above the first line if its columns stand in this order; --header yes if the "
                    + $"first line of every file names its columns"
                    : "write the names of its columns above the first line; --header yes if the first line of every "
                    + "file names its columns");
        }
    }

    private static string Describe(string name, RawTable table)
    {
        string? other = table.Columns.FirstOrDefault(column => SpellingKey.Of(column) == SpellingKey.Of(name));
        return other is null ? name : $"{name} (but {other})";
    }
}
