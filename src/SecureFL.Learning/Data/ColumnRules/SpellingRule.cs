using System.Collections.Immutable;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.ColumnRules;

/// <summary>
/// Refuses categories and classes that are one answer in two spellings, in one file or between sites: they would become
/// two features.
/// </summary>
internal static class SpellingRule
{
    private const int MostCompared = 100;

    /// <exception cref="DataFormatException">Lists the spellings by site.</exception>
    internal static void Check(ColumnFacts column)
    {
        Dictionary<string, ValueCount>[] sites = [.. column.Sites.Select(ColumnFacts.Values)];
        RefuseLostLetters(column, sites);
        Dictionary<string, (string Text, int Site)> keys = new(StringComparer.Ordinal);
        for (int s = 0; s < sites.Length; s++)
        {
            foreach (string text in sites[s].Keys)
            {
                string key = SpellingKey.Of(text);
                if (!keys.TryAdd(key, (text, s)) && keys[key].Text != text)
                {
                    throw Differ(column, sites, keys[key].Site, keys[key].Text, s, text);
                }
            }
        }

        for (int a = 0; a < sites.Length; a++)
        {
            for (int b = a + 1; b < sites.Length; b++)
            {
                CompareAnswers(column, sites, a, b);
            }
        }
    }

    /// <summary>Refuses a label of which every site has two values, but not the same two.</summary>
    internal static void CheckPairs(ColumnFacts label)
    {
        Dictionary<string, ValueCount>[] sites = [.. label.Sites.Select(ColumnFacts.Values)];
        if (sites.Length < 2 || !Array.TrueForAll(sites, site => site.Count == 2))
        {
            return;
        }

        int other = Array.FindIndex(sites, site => !site.Keys.ToHashSet().SetEquals(sites[0].Keys));
        if (other > 0)
        {
            throw new DataFormatException(
                label.Sites[other].Source,
                $"every site has two values of the label, but not the same two: {BySite(label, sites)}",
                column: label.Name,
                wayOut: $"write the same values at all sites; --classes {string.Join(',', label.AllValues())} where "
                + $"they are classes of their own");
        }
    }

    private static void CompareAnswers(ColumnFacts column, Dictionary<string, ValueCount>[] sites, int a, int b)
    {
        bool comparable = sites[a].Count is > 0 and <= MostCompared && sites[b].Count is > 0 and <= MostCompared;
        if (comparable
            && AnswerWords.Conflicts(sites[a].Keys, sites[b].Keys).FirstOrDefault() is (string one, string other))
        {
            throw Differ(column, sites, a, one, b, other);
        }
    }

    private static void RefuseLostLetters(ColumnFacts column, Dictionary<string, ValueCount>[] sites)
    {
        for (int s = 0; s < sites.Length; s++)
        {
            foreach ((string text, ValueCount where) in sites[s])
            {
                if (text.Contains('\uFFFD', StringComparison.Ordinal))
                {
                    throw new DataFormatException(
                        where.Source ?? column.Sites[s].Source,
                        $"{Quoted.Text(text)} holds the mark of a lost letter (U+FFFD)",
                        where.Line,
                        column.Name,
                        wayOut: "export the file again: its letters were lost when it was converted before");
                }
            }
        }
    }

    private static DataFormatException Differ(ColumnFacts column, Dictionary<string, ValueCount>[] sites, int a,
        string one, int b, string other)
    {
        string where = a == b ? $"{(sites[a][one].Source is string file ? $"{file}, " : "")}line {sites[a][one].Line}"
            : column.Sites[a].Source;
        return new DataFormatException(
            sites[b][other].Source ?? column.Sites[b].Source,
            $"{Quoted.Text(other)} and {Quoted.Text(one)} ({where}) look like one answer in two "
            + $"spellings{(a == b ? "" : ": " + BySite(column, sites))}",
            sites[b][other].Line,
            column.Name,
            wayOut: column.IsLabel
                ? $"write one spelling in all files; --exact {column.Name} keeps them apart as two classes"
                : $"write one spelling in all files; --exact {column.Name} keeps them apart, --ignore {column.Name} "
                + $"leaves the column out");
    }

    private static string BySite(ColumnFacts column, Dictionary<string, ValueCount>[] sites) =>
        string.Join("; ",
            sites.Select(
                (site, s) =>
                    $"{column.Sites[s].Source} has {Quoted.List(site.Keys.Order(StringComparer.Ordinal))}"));
}
