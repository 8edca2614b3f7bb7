using System.Collections.Immutable;
using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Cli.Training;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Tensors;

namespace SecureFL.Cli.DataChecks;

/// <summary>
/// <c>check-data</c>: what is in one site's table, or how the tables of several sites fit together, before anybody
/// trains on them.
/// </summary>
internal static class CheckDataCommand
{
    private const string Teaching = """
        One table:
          securefl check-data mine.csv --label ill
        Do the sites' tables fit together? Compares columns, shows no row; fails where simulate would refuse:
          securefl check-data a.csv b.csv c.csv --label ill
        """;

    internal static Command Create()
    {
        Argument<string[]> files = new("files")
        {
            Description = "tables: CSV, Parquet, .xlsx; arrays: .npz, .npy, IDX; .gz too",
            Arity = ArgumentArity.ZeroOrMore
        };
        Option<string[]> data = new("--data")
        { Description = "the same as an option", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
        Option<FileInfo?> json = new("--json") { Description = "write the findings to this file", HelpName = "FILE" };
        ImmutableArray<TermOption> columns = ColumnOptions.Create();
        TableOptions tables = new();
        Command command = new(
            "check-data",
            "Report a table's columns, missing cells, repeated rows and label balance; of several sites, what "
            + "differs. Nothing leaves this machine.")
        {
            files, data,
        };
        HelpGroups.Add(command, "What columns mean", columns.Select(column => column.Option));
        tables.AddTo(command);
        command.Add(json);
        command.SetAction(result =>
        {
            string[] paths = [.. result.GetValue(files) ?? [], .. result.GetValue(data) ?? []];
            if (paths.Length == 0)
            {
                throw new CliException(ExitCode.Usage, "no file is named", "securefl check-data mine.csv --label ill");
            }

            SiteSettings settings = new()
            {
                Data = [.. paths],
                Columns = ColumnOptions.Read(result, columns),
                Csv = tables.Read(result)
            };
            return Run(settings, result.GetValue(json));
        });
        return Examples.Of(command, Teaching);
    }

    private static int Run(SiteSettings settings, FileInfo? json)
    {
        List<DataCheck> checks = [];
        List<TableProfile> profiles = [];
        List<TensorRows> arrays = [];
        List<DataFormatException> refusals = [];
        MissingCodes codes = new(settings.Columns.MissingValues);
        foreach (string path in settings.Data)
        {
            try
            {
                if (ArrayFiles.IsArray(path))
                {
                    arrays.Add(ArrayFiles.Read(path, settings.Label));
                    continue;
                }

                TableProfile profile = TableProfile.Of(TableFile.Read(path, settings.Csv), codes);
                profiles.Add(profile);
                checks.Add(DataCheck.Of(profile, settings.Label, !settings.Columns.Classes.IsDefaultOrEmpty));
                CheckText.Write(checks[^1]);
            }
            catch (DataFormatException refusal)
            {
                Refuse(settings, refusal, refusals);
            }
        }

        Judge(settings, arrays, refusals);
        ImmutableArray<ColumnComparison> comparison = profiles.Count > 1
            ? SiteComparison.Of(profiles, settings.Label) : [];
        ImmutableArray<string> repeated = SiteComparison.Repeated(profiles);
        if (profiles.Count > 1)
        {
            CheckText.Write(comparison, repeated);
        }

        if (settings.Label is not null && refusals.Count == 0 && profiles.Count > 0)
        {
            Judge(settings, profiles, refusals);
        }

        JsonOutput.Write(
            json,
            new
            {
                Files = checks,
                Comparison = comparison,
                Repeated = repeated,
                Refusals = refusals.Select(refusal => new { refusal.Message, Hint = refusal.WayOut }),
            });
        if (refusals.Count > 0)
        {
            string others = refusals.Count == 1 ? "" : $"; {refusals.Count - 1} more above";
            throw new CliException(ExitCode.Usage, refusals[0].Message + others,
                refusals[0].WayOut ?? "mend the file, then check it again");
        }

        return (int)ExitCode.Ok;
    }

    /// <summary>The first refusal ends the command; of several files all are shown where they come up.</summary>
    private static void Refuse(SiteSettings settings, DataFormatException refusal, List<DataFormatException> refusals)
    {
        refusals.Add(refusal);
        if (settings.Data.Length > 1)
        {
            CheckText.Write(refusal);
        }
    }

    /// <summary>What the labels of all arrays together are.</summary>
    private static void Judge(SiteSettings settings, List<TensorRows> arrays, List<DataFormatException> refusals)
    {
        (LearningTask task, int classes) = arrays.Count == 0 ? default : TensorRows.Decide(arrays);
        foreach (TensorRows file in arrays)
        {
            try
            {
                Terminal.WriteLine(CheckText.OfArray(file.As(task, classes), file.Source));
            }
            catch (DataFormatException refusal)
            {
                Refuse(settings, refusal, refusals);
            }
        }

        if (arrays.Count > 0)
        {
            Terminal.WriteLine(TensorRows.Describe(task, classes, arrays.All(file => file.Whole)));
        }
    }

    /// <summary>What <c>simulate</c> would make of these files, or why it would refuse.</summary>
    private static void Judge(SiteSettings settings, List<TableProfile> profiles, List<DataFormatException> refusals)
    {
        try
        {
            InferredSchema inferred = SchemaInference.Examine([.. profiles.Select(profile => profile.Table)],
                settings.ToSchemaOptions());
            FewSitesRule.Check([.. profiles.Select(profile => profile.Table)], inferred.Schema);
            CheckText.Write(inferred);
        }
        catch (DataFormatException refusal)
        {
            Refuse(settings, refusal, refusals);
        }
    }
}
