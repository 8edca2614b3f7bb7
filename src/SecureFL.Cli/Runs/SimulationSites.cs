using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>The sites of a simulation: files to rows, with the categories settled by a secure sum.</summary>
internal sealed class SimulationSites(SimulationSettings settings)
{
    /// <summary>Reads all sites and says what was noticed.</summary>
    /// <exception cref="CliException">Fewer sites than may be summed.</exception>
    internal LoadedSites Load(SumFactory sums, CancellationToken cancellationToken)
    {
        LoadedSites loaded = SiteLoader.Load(settings.Sites,
            (schema, tables) => Agree(schema, tables, sums, cancellationToken));
        RequireEnough(loaded.Sites.Count);
        foreach (string note in loaded.Notes)
        {
            Talk.Line(note);
        }

        return loaded;
    }

    /// <summary>
    /// All sites but one, and the rows of that one as rows that belong to no site. The others alone settle the
    /// categories: what only the left-out site has is unseen, as at any new site.
    /// </summary>
    /// <param name="loaded">All sites.</param>
    /// <param name="leftOut">The index of the site to leave out.</param>
    /// <param name="sums">The sums of this run.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal LoadedSites Without(LoadedSites loaded, int leftOut, SumFactory sums, CancellationToken cancellationToken)
    {
        // Only tables of sites of their own agree on categories: rows that are dealt out were one owner's before.
        bool agreed = settings.Sites.Sites == 0 && settings.Sites.Schema is null
            && loaded.Schema?.Features.Any(column => column.Kind == ColumnKind.Categorical) == true;
        LoadedSites all = agreed
            ? SiteLoader.Load(settings.Sites,
                (schema, tables) => AgreeWithout(schema, [.. tables.Where((_, i) => i != leftOut)], sums,
                    cancellationToken))
            : loaded;
        return all with { Sites = [.. all.Sites.Where((_, i) => i != leftOut)], CommonTest = all.Sites[leftOut].Train };
    }

    private TableSchema AgreeWithout(
        TableSchema schema, IReadOnlyList<(string Site, RawTable Table)> tables, SumFactory sums,
        CancellationToken cancellationToken)
    {
        FewSitesRule.Check([.. tables.Select(table => table.Table)], schema);
        return Agree(schema, tables, sums, cancellationToken);
    }

    private TableSchema Agree(
        TableSchema schema, IReadOnlyList<(string Site, RawTable Table)> tables, SumFactory sums,
        CancellationToken cancellationToken)
    {
        // Fewer sites than may be summed are refused further on.
        if (settings.Sites.Sites > 0 || tables.Count < settings.MinClients(tables.Count))
        {
            return AgreedCategories.Pooled(schema, tables, settings.Sites);
        }

        ISecureSum sum = sums.Create("categories", tables.Count, clip: 1);
        TableSchema agreed = AgreedCategories.AgreeAsync(schema, tables, sum, settings.Sites, cancellationToken)
            .GetAwaiter().GetResult();
        SumFactory.Finish(sum, null);
        return agreed;
    }

    private void RequireEnough(int sites)
    {
        bool pairs = sites == 2 || (settings.LeaveOneSiteOut && sites == 3);
        if (settings.InsecureTwoSites && (!pairs || settings.Suite == SumSuite.Plaintext))
        {
            throw new CliException(ExitCode.Usage,
                $"--insecure-two-sites is for encrypted sums of exactly two sites, these are {sites}", "leave it out");
        }

        int least = settings.MinClients(sites);
        if (sites < least)
        {
            throw new CliException(
                ExitCode.Usage,
                $"{sites} site(s), an encrypted sum needs at least {least}: of two sites each would see the other's "
                + $"update in the sum, by subtracting its own",
                sites == 2
                    ? "find a third site; to try two all the same, --insecure-two-sites encrypts and protects "
                    + "nothing, --suite plaintext does not encrypt"
                    : "give more files, --site-column, or --sites N to split one file; --suite plaintext runs "
                    + "without protection");
        }

        if (settings.LeaveOneSiteOut)
        {
            RequireEnoughOthers(sites - 1);
        }
    }

    private void RequireEnoughOthers(int others)
    {
        const string Option = "--leave-one-site-out";
        if (others == 0)
        {
            throw new CliException(ExitCode.Usage, $"{Option} of one site leaves none to train on",
                "give more files, --site-column, or --sites N to split one file");
        }

        int least = settings.MinClients(others);
        if (others < least)
        {
            throw new CliException(
                ExitCode.Usage,
                $"{Option} of {others + 1} sites sums {others}, an encrypted sum needs at least {least}: of two "
                + $"sites each would see the other's update in the sum, by subtracting its own",
                others == 2
                    ? "find a fourth site; to try it all the same, --insecure-two-sites encrypts sums of two and "
                    + "protects nothing in them, --suite plaintext does not encrypt"
                    : "give more sites, or a smaller --min-clients; --suite plaintext runs without protection");
        }

        RequireAtMost(others, "sitesPerRound", "--sites-per-round");
        if (settings.Description.Has("asynchronous"))
        {
            RequireAtMost(others, "asynchronous.arrivals", "--async");
        }
    }

    private void RequireAtMost(int others, string path, string option)
    {
        if (settings.Description.Value<int>(path) is int asked && asked > others)
        {
            throw new CliException(ExitCode.Usage,
                $"{option} {asked}: --leave-one-site-out trains on {others} sites at a time",
                $"a smaller {option}, or without --leave-one-site-out");
        }
    }
}
