using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Columns;
using SecureFL.Messages.Text;

namespace SecureFL.Learning.Data.ColumnRules;

/// <summary>What the texts of a column of categories or classes may be.</summary>
internal static class CellText
{
    /// <summary>Refuses texts that no schema can hold: line breaks, control characters, whole pages.</summary>
    /// <exception cref="DataFormatException">Names the first such cell.</exception>
    internal static void Check(ColumnFacts column)
    {
        foreach (ColumnProfile site in column.Sites)
        {
            foreach ((string text, ValueCount at) in site.Texts.Counts.OrderBy(pair => pair.Value.Line))
            {
                if (PrintableText.FaultOf(text) is string fault)
                {
                    throw new DataFormatException(
                        at.Source ?? site.Source,
                        $"the text {PrintableText.Name(text.Length <= 40 ? text : text[..40])} {fault}: no category "
                        + $"or class",
                        at.Line,
                        column.Name,
                        wayOut: column.IsLabel ? "write the classes as short words"
                            : $"--ignore {column.Name} leaves the column out, or write its answers as short words");
                }
            }
        }
    }

    /// <summary>
    /// A cell of a column of which most begin with an amount, ranges too, but not codes such as 2a; null for other
    /// columns.
    /// </summary>
    internal static string? FirstWithNumber(ColumnFacts column)
    {
        long begin = column.Numbers + column.Sites
            .Sum(site => site.Texts.Counts.Where(pair => BeginsWithAmount(pair.Key))
                .Sum(pair => (long)pair.Value.Count));
        return 2 * begin <= column.Numbers + column.Texts ? null
            : column.Sites.SelectMany(site => site.Texts.Counts.Keys).FirstOrDefault(BeginsWithAmount);
    }

    private static bool BeginsWithAmount(string text)
    {
        if (CellUnit.TrySplit(text, out _, out string unit))
        {
            return unit.Split('/').Any(CellUnit.IsKnown);
        }

        string rest = text.TrimStart('<', '>', '=', '\u2264', '\u2265', '+', '-', '~', ' ');
        return rest is [>= '0' and <= '9', ..]
            && rest.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') is not [>= 'A' and <= 'z', ..];
    }
}
