using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Federated.Data;

namespace SecureFL.Cli.Sites;

/// <summary>The options that say what columns mean, of the commands that find out themselves where nobody says.</summary>
internal sealed class ColumnOptions
{
    private readonly Option<string?> _label = new("--label")
    {
        Description = "the label column, by name or index; -1 is the last column",
        HelpName = "COLUMN",
    };

    private readonly Option<string?> _classes = new("--classes")
    {
        Description = "the label's values in their order; another value is an error. Found in the files by default",
        HelpName = "VALUE,VALUE",
    };

    private readonly Option<double?> _threshold = new("--label-threshold") { Description = "makes the label binary: 1 above this number", HelpName = "NUMBER" };

    private readonly Option<string?> _ignore = new("--ignore") { Description = "columns that are no features", HelpName = "COLUMN,COLUMN" };

    private readonly Option<string?> _keep = new("--keep")
    {
        Description = "columns that are features although they look like identifiers, which are left out",
        HelpName = "COLUMN,COLUMN",
    };

    private readonly Option<string?> _categorical = new("--categorical") { Description = "columns of numbers that are categories", HelpName = "COLUMN,COLUMN" };

    private readonly Option<string?> _exact = new("--exact")
    {
        Description = "columns of texts in which Yes and yes are two values; elsewhere two spellings of one answer are an error",
        HelpName = "COLUMN,COLUMN",
    };

    private readonly Option<string> _missing = Simulate.SimulateOptions.Choice(
        "--missing", "impute", "a missing feature: fill it in (numbers by the mean, categories as unseen), or drop its row", "impute", "drop");

    private readonly Option<string?> _missingValues = new("--missing-values")
    {
        Description = "cells that mean \"missing\" beside the empty ones, ?, NA, N/A, NaN and null",
        HelpName = "VALUE,VALUE",
    };

    private readonly Option<string?> _dates = new("--dates")
    {
        Description = "how 03/04/2020 is read where a whole column leaves it open: day-first or month-first",
        HelpName = "ORDER",
    };

    private readonly Option<int?> _maxCategories = new("--max-categories")
    {
        Description = "a column keeps its N commonest categories, counted by a secure sum, the others together; by default more than 100 are refused",
        HelpName = "N",
    };

    private readonly Option<int> _minCount = new("--min-category-count")
    {
        Description = "a category that fewer rows of all sites together have falls under the others",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };

    internal void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _label, _threshold, _ignore, _categorical, _missing })
        {
            command.Add(option);
        }

        AddRestTo(command);
    }

    /// <summary>Those that a training's description does not stand for.</summary>
    internal void AddRestTo(Command command)
    {
        foreach (Option option in new Option[] { _classes, _keep, _exact, _missingValues, _dates, _maxCategories, _minCount })
        {
            command.Add(option);
        }
    }

    /// <summary><paramref name="settings"/> with what the options say.</summary>
    /// <exception cref="CliException">A value out of its range.</exception>
    internal SiteSettings Read(ParseResult result, SiteSettings settings) => ReadRest(result, settings with
    {
        Label = result.GetValue(_label),
        LabelThreshold = result.GetValue(_threshold),
        Ignore = SiteOptions.List(result.GetValue(_ignore)),
        Categorical = SiteOptions.List(result.GetValue(_categorical)),
        Missing = result.GetValue(_missing) == "drop" ? MissingPolicy.DropRow : MissingPolicy.Impute,
    });

    /// <summary><paramref name="settings"/> with what the options say that a training's description does not stand for.</summary>
    /// <exception cref="CliException">A value out of its range.</exception>
    internal SiteSettings ReadRest(ParseResult result, SiteSettings settings)
    {
        if (result.GetValue(_maxCategories) is < 1 || result.GetValue(_minCount) < 1)
        {
            throw new CliException(ExitCode.Usage, "--max-categories and --min-category-count are at least 1", "for example --max-categories 50");
        }

        return settings with
        {
            Classes = SiteOptions.List(result.GetValue(_classes)),
            Keep = SiteOptions.List(result.GetValue(_keep)),
            Exact = SiteOptions.List(result.GetValue(_exact)),
            MissingValues = SiteOptions.List(result.GetValue(_missingValues)),
            Dates = result.GetValue(_dates) switch
            {
                null => null,
                "day-first" => DateReading.DayFirst,
                "month-first" => DateReading.MonthFirst,
                string other => throw new CliException(ExitCode.Usage, $"--dates {other}: day-first or month-first", "for example --dates day-first"),
            },
            MaxCategories = result.GetValue(_maxCategories),
            MinCategoryCount = result.GetValue(_minCount),
        };
    }
}
