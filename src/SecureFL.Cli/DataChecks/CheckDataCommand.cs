using System.CommandLine;
using System.Globalization;
using SecureFL.Aggregation;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Federated.Data;

namespace SecureFL.Cli.DataChecks;

/// <summary><c>check-data</c>: what is in a table, before anybody trains on it.</summary>
internal static class CheckDataCommand
{
    internal static Command Create()
    {
        Option<string[]> data = new("--data") { Description = "CSV files", Required = true, HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
        Option<string?> label = new("--label") { Description = "the label column, by name or index; -1 is the last column", HelpName = "COLUMN" };
        Option<string> header = Simulate.SimulateOptions.Choice("--header", "detect", "whether the first line names the columns", "detect", "yes", "no");
        Option<string?> separator = new("--separator") { Description = "the CSV separator; detected by default", HelpName = "CHARACTER" };
        Option<FileInfo?> json = new("--json") { Description = "write the findings to this file", HelpName = "FILE" };
        Command command = new(
            "check-data",
            "Report a table's columns, missing cells, repeated rows and label balance. Nothing leaves this machine.")
        {
            data, label, header, separator, json,
        };
        command.SetAction(result =>
        {
            CsvReadOptions csv = SiteOptions.Csv(result.GetValue(header)!, result.GetValue(separator));
            List<DataCheck> checks = [];
            foreach (string path in result.GetValue(data)!)
            {
                checks.Add(DataCheck.Of(TableFile.Read(path, csv), result.GetValue(label)));
                Print(checks[^1]);
            }

            JsonOutput.Write(result.GetValue(json), new { Files = checks });
            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, "securefl check-data --data mine.csv --label ill");
    }

    private static void Print(DataCheck check)
    {
        Terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{check.Source}: {check.Rows} rows, {check.CompleteRows} of them complete, {check.DuplicateRows} repeat an earlier one"));
        int width = Math.Max(6, check.Columns.Max(column => PrintableText.Line(column.Name).Length));
        Terminal.WriteLine($"  {"column".PadRight(width)}  type         present  missing  distinct     minimum        mean     maximum");
        foreach (ColumnCheck column in check.Columns)
        {
            Terminal.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {PrintableText.Line(column.Name).PadRight(width)}  {column.Kind.ToString().ToLowerInvariant(),-11}  {column.Present,7}  {column.Missing,7}  {column.Distinct,8}  {Number(column.Minimum),10}  {Number(column.Mean),10}  {Number(column.Maximum),10}"));
        }

        if (check.LabelBalance.Length > 0)
        {
            Terminal.WriteLine("  label: " + string.Join(", ", check.LabelBalance.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} in {pair.Value} rows"))));
        }

        foreach (string warning in check.Warnings)
        {
            Terminal.WriteLine("  note: " + warning);
        }
    }

    private static string Number(double? value) => value?.ToString("G5", CultureInfo.InvariantCulture) ?? "-";
}
