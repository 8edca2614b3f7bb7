using System.Collections.Immutable;
using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Federated.Data;

namespace SecureFL.Cli.Sites;

/// <summary>The options that say where rows come from.</summary>
internal sealed class SiteOptions
{
    private readonly Option<string[]> _data = new("--data")
    {
        Description = "rows: CSV, Parquet or .xlsx tables, .npz with arrays x and y, .npy with a label column, or IDX images; .gz too. Once a site: --data a.csv --data b.csv --data c.csv",
        HelpName = "FILE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _siteColumn = new("--site-column") { Description = "one file holds all sites: the column that names each row's", HelpName = "COLUMN" };
    private readonly Option<string?> _splitColumn = new("--split-column") { Description = "the column that says train or test", HelpName = "COLUMN" };
    private readonly Option<string?> _test = new("--test") { Description = "a file of test rows", HelpName = "FILE" };
    private readonly Option<double> _testFraction = new("--test-fraction") { Description = "share of each site's rows to test on, of each class alike", DefaultValueFactory = _ => 0.0 };
    private readonly ColumnOptions _columns = new();
    private readonly TableOptions _tables = new();
    private readonly Option<int> _sites = new("--sites") { Description = "deal all rows out to this many sites", DefaultValueFactory = _ => 0 };
    private readonly Option<double?> _dirichlet = new("--dirichlet") { Description = "with --sites: label skew of this concentration; small means that sites have few classes each", HelpName = "ALPHA" };
    private readonly Option<int?> _minSiteRows = new("--min-site-rows") { Description = "with --dirichlet: fewest rows of a site; by default a quarter of the mean, at least 1 and at most 20. No site is ever empty", HelpName = "N" };
    private readonly Option<string> _normalize = Simulate.SimulateOptions.Choice(
        "--normalize", "federated", "scale features by mean and deviation, of all sites by secure sums or of each site's training rows; by each site's range; or not at all", "federated", "site", "minmax", "none");

    /// <summary>The seed.</summary>
    internal Option<ulong> Seed { get; } = new("--seed") { Description = "governs splits, initialisation, batches, sampling of sites and rounding; never a key", DefaultValueFactory = _ => 1 };

    internal void AddTo(Command command)
    {
        Option[] all =
        [
            _siteColumn, _splitColumn, _test, _testFraction, _sites, _dirichlet, _minSiteRows, _normalize, Seed,
        ];
        command.Add(_data);
        _columns.AddTo(command);
        foreach (Option option in all)
        {
            command.Add(option);
        }

        _tables.AddTo(command);
    }

    internal ScalingKind NormalizationOf(ParseResult result) => Enum.Parse<ScalingKind>(result.GetValue(_normalize)!, ignoreCase: true);

    internal SiteSettings Read(ParseResult result, LearningTask? task)
    {
        int ways = (result.GetValue(_splitColumn) is null ? 0 : 1) + (result.GetValue(_test) is null ? 0 : 1) + (result.GetValue(_testFraction) > 0 ? 1 : 0);
        if (ways > 1)
        {
            throw new CliException(ExitCode.Usage, "--split-column, --test and --test-fraction are three ways to say one thing", "give one of them");
        }

        if (result.GetValue(_dirichlet) is not null && result.GetValue(_sites) == 0)
        {
            throw new CliException(ExitCode.Usage, "--dirichlet needs --sites", "for example --sites 10 --dirichlet 0.3");
        }

        if (result.GetValue(_minSiteRows) is int least && (result.GetValue(_dirichlet) is null || least < 1))
        {
            throw new CliException(ExitCode.Usage, $"--min-site-rows {least}: a number from 1, with --dirichlet", "for example --sites 10 --dirichlet 0.3 --min-site-rows 5");
        }

        if (result.GetValue(_dirichlet) is double alpha && !(alpha > 0 && double.IsFinite(alpha)))
        {
            throw new CliException(ExitCode.Usage, $"--dirichlet {alpha}: a positive number", "for example 0.3 for a strong skew, 100 for almost none");
        }

        if (result.GetValue(_sites) < 0)
        {
            throw new CliException(ExitCode.Usage, $"--sites {result.GetValue(_sites)}: a number from 1", "for example --sites 4");
        }

        if (result.GetValue(_sites) > 0 && result.GetValue(_siteColumn) is not null)
        {
            throw new CliException(ExitCode.Usage, "--sites deals rows out anew, --site-column says whose they are", "give one of them");
        }

        return _columns.Read(result, new SiteSettings
        {
            Data = [.. result.GetValue(_data)!],
            SiteColumn = result.GetValue(_siteColumn),
            SplitColumn = result.GetValue(_splitColumn),
            TestFile = result.GetValue(_test),
            TestFraction = result.GetValue(_testFraction),
            Csv = _tables.Read(result),
            Sites = result.GetValue(_sites),
            Dirichlet = result.GetValue(_dirichlet),
            MinSiteRows = result.GetValue(_minSiteRows),
            Seed = result.GetValue(Seed),
            Task = task,
        });
    }

    internal static ImmutableArray<string> List(string? text) =>
        text is null ? [] : [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
