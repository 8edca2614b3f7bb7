using System.Collections.Immutable;
using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data;

namespace SecureFL.Cli.Sites;

/// <summary>The options that say where rows come from.</summary>
internal sealed class SiteOptions
{
    private readonly Option<string[]> _data = new("--data")
    {
        Description =
            "rows: CSV, Parquet or .xlsx tables, .npz with arrays x and y, .npy with a label column, or IDX images; "
            + ".gz too. Once a site: --data a.csv --data b.csv --data c.csv",
        HelpName = "FILE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _siteColumn = new("--site-column")
    { Description = "one file holds all sites: the column that names each row's", HelpName = "COLUMN" };
    private readonly Option<string?> _splitColumn = new("--split-column")
    { Description = "the column that says train or test", HelpName = "COLUMN" };
    private readonly Option<string?> _test = new("--test") { Description = "a file of test rows", HelpName = "FILE" };
    private readonly TableOptions _tables = new();
    private readonly Option<int> _sites = new("--sites")
    {
        HelpName = "N",
        Description = "deal all rows out to this many sites, from 1; 0 leaves the files' own",
        DefaultValueFactory = _ => 0
    };
    private readonly Option<double?> _dirichlet = new("--dirichlet")
    {
        Description =
                "with --sites: label skew of this concentration, above 0; small means that sites have few classes each",
        HelpName = "ALPHA"
    };
    private readonly Option<int?> _minSiteRows = new("--min-site-rows")
    {
        Description =
                "with --dirichlet: fewest rows of a site; by default a quarter of the mean, at least 1 and at most "
                + "20. No site is ever empty",
        HelpName = "N"
    };

    internal void AddTo(Command command)
    {
        HelpGroups.Add(command, "Where rows come from",
            [_data, _siteColumn, _splitColumn, _test, _sites, _dirichlet, _minSiteRows]);
        _tables.AddTo(command);
    }

    internal SiteSettings Read(ParseResult result, TrainingDescription description)
    {
        if (result.GetValue(_minSiteRows) is int least && least < 1)
        {
            throw new CliException(ExitCode.Usage, $"--min-site-rows {least}: a number from 1",
                "for example --sites 10 --dirichlet 0.3 --min-site-rows 5");
        }

        if (result.GetValue(_dirichlet) is double alpha && !(alpha > 0 && double.IsFinite(alpha)))
        {
            throw new CliException(ExitCode.Usage, $"--dirichlet {alpha}: a positive number",
                "for example 0.3 for a strong skew, 100 for almost none");
        }

        if (result.GetValue(_sites) < 0)
        {
            throw new CliException(ExitCode.Usage, $"--sites {result.GetValue(_sites)}: a number from 1",
                "for example --sites 4");
        }

        bool split = result.GetValue(_splitColumn) is not null || result.GetValue(_test) is not null;
        return new SiteSettings
        {
            Data = [.. result.GetValue(_data)!],
            Schema = description.Schema,
            Columns = description.Columns,
            SiteColumn = result.GetValue(_siteColumn),
            SplitColumn = result.GetValue(_splitColumn),
            TestFile = result.GetValue(_test),
            TestFraction = split ? 0 : description.Value<double>("data.testFraction"),
            Csv = _tables.Read(result),
            Sites = result.GetValue(_sites),
            Dirichlet = result.GetValue(_dirichlet),
            MinSiteRows = result.GetValue(_minSiteRows),
            Seed = description.Value<ulong>("seed"),
            Task = TaskOf(description),
            ModelTask = description.Has("model.task") ? description.Value<LearningTask>("model.task") : null,
        };
    }

    /// <summary>
    /// The task that inference is told: regression where the description asks for it, although the label has few
    /// values, and classes where it asks for several, although they are numbers.
    /// </summary>
    internal static LearningTask? TaskOf(TrainingDescription description) =>
        description.Has("model.task") && description.Value<LearningTask>("model.task") is LearningTask task
        and not LearningTask.Binary ? task : null;

    internal static ImmutableArray<string> List(string? text) =>
        text is null
        ? [] : [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
