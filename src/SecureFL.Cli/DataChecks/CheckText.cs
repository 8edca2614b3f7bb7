using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Inference;
using SecureFL.Messages.Text;

namespace SecureFL.Cli.DataChecks;

/// <summary>Findings as text on standard output. Shows values of categories and ends of ranges, never a row.</summary>
internal static class CheckText
{
    private const int NameWidth = 30;

    internal static void Write(DataCheck check)
    {
        Say(
            $"{check.Source}: {check.Rows} rows, {check.CompleteRows} of them complete, {check.DuplicateRows} repeat an earlier one");
        int width = Math.Max(6, check.Columns.Max(column => PrintableText.Line(column.Name).Length));
        Terminal.WriteLine(
            $"  {"column".PadRight(width)}  type         present  missing  distinct     minimum        mean     "
            + $"maximum");
        foreach (ColumnCheck column in check.Columns)
        {
            string name = PrintableText.Line(column.Name).PadRight(width);
            string kind = column.Dates ? "date" : column.Kind.ToString().ToLowerInvariant();
            string distinct = string.Create(CultureInfo.InvariantCulture,
                $"{(column.MoreDistinct ? ">" : "")}{column.Distinct}");
            Say(
                $"  {name}  {kind,-11}  {column.Present,7}  {column.Missing,7}  {distinct,8}  {Number(column.Minimum),10}  {Number(column.Mean),10}  {Number(column.Maximum),10}");
        }

        if (check.LabelBalance.Length > 0)
        {
            Say(
                $"  label: {string.Join(", ", check.LabelBalance.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} in {pair.Value} rows")))}");
        }

        if (check.Target is { Mean: double mean } target)
        {
            Say(
                $"  label: a number, {target.Minimum:G5} .. {mean:G5} .. {target.Maximum:G5} (least, mean, largest) in {target.Present} rows");
        }
        else if (check.Target is ColumnCheck texts)
        {
            Say(
                $"  label: {(texts.MoreDistinct ? "more than " : "")}{texts.Distinct} different texts in {texts.Present} rows");
        }

        foreach (string note in check.Remarks.Concat(check.Warnings))
        {
            Terminal.WriteLine("  note: " + note);
        }
    }

    internal static void Write(ImmutableArray<ColumnComparison> columns, ImmutableArray<string> repeated)
    {
        Terminal.WriteLine("comparison of the sites, column by column");
        foreach (ColumnComparison column in columns)
        {
            Terminal.WriteLine("  " + column.Name);
            foreach (SiteColumn site in column.Sites)
            {
                string missing = string.Create(CultureInfo.InvariantCulture, $"{100 * site.MissingShare:F0} % missing");
                Terminal.WriteLine(
                    $"    {PrintableText.Line(site.Source).PadRight(NameWidth)}  {site.Kind,-7}  {(site.Kind == "absent" ? "" : missing),-13}  {site.Range}".TrimEnd());
            }

            foreach (string difference in column.Differences)
            {
                Terminal.WriteLine("    difference: " + difference);
            }
        }

        foreach (string note in repeated)
        {
            Terminal.WriteLine("  note: " + note);
        }
    }

    internal static void Write(InferredSchema inferred)
    {
        Say(
            $"simulate would train on {inferred.Schema.Features.Length} columns as {inferred.Schema.Width} features; {inferred.LabelNote}");
        foreach (string note in inferred.Notes)
        {
            Terminal.WriteLine("  note: " + note);
        }
    }

    internal static void Write(DataFormatException refusal)
    {
        Terminal.WriteLine("refused: " + refusal.Message);
        if (refusal.WayOut is not null)
        {
            Terminal.WriteLine("  hint: " + refusal.WayOut);
        }
    }

    internal static string OfArray(RawDataset rows, string path) => string.Create(
        CultureInfo.InvariantCulture, $"{path}: {rows.Count} rows of {rows.Width} features");

    private static void Say(FormattableString text) => Terminal.WriteLine(FormattableString.Invariant(text));

    private static string Number(double? value) => value?.ToString("G5", CultureInfo.InvariantCulture) ?? "-";
}
