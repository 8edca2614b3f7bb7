using System.Collections.Immutable;
using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Training;

/// <summary>What the rules look at: the command line, and the description with the options over it.</summary>
internal sealed class RuleFacts(ParseResult result, TrainingDescription description)
{
    /// <summary>The description.</summary>
    internal TrainingDescription Description => description;

    /// <summary>Files of rows.</summary>
    internal IReadOnlyList<string> Data => Texts("--data");

    /// <summary>Whether an option was given.</summary>
    internal bool Given(string name) => Find(name) is Option option && TermOptions.IsGiven(result, option);

    /// <summary>Whether the model has hidden layers, so far as the options and the description say.</summary>
    internal bool Hidden => Text("--model") is string model
        ? model == "mlp"
        : !description.Value<ImmutableArray<int>>("model.builtIn.hidden").IsDefaultOrEmpty;

    /// <summary>The sites' optimiser, by default that of the model.</summary>
    internal LocalOptimizerKind Optimizer => description.Has("training.optimizer.kind") || Hidden
        ? description.Value<LocalOptimizerKind>("training.optimizer.kind")
        : LocalOptimizerKind.Preconditioned;

    /// <summary>The schedule of the sites' rate, by default that of the model and the optimiser.</summary>
    internal RateScheduleKind Schedule =>
        description.Has("training.schedule.kind") || description.Has("training.optimizer.kind") || Hidden
        ? description.Value<RateScheduleKind>("training.schedule.kind")
        : RateScheduleKind.Exponential;

    /// <summary>The value of an option, given or not, as a text; null for none.</summary>
    internal string? Text(string name) => Texts(name) is [string text, ..] ? text : null;

    /// <summary>Whether the command has the option at all.</summary>
    internal bool Has(string name) => Find(name) is not null;

    private IReadOnlyList<string> Texts(string name) =>
        Find(name) is Option option && result.GetResult(option) is { } given
        ? [.. given.Tokens.Select(token => token.Value)] : [];

    private Option? Find(string name) =>
        result.CommandResult.Command.Options.FirstOrDefault(option => option.Name == name);
}

/// <summary>When an option means something.</summary>
/// <param name="Name">The option.</param>
/// <param name="What">What it needs, or what it does not go with; names an option or a kind of file.</param>
/// <param name="Holds">Whether it means something.</param>
/// <param name="Needs">True for "needs", false for "does not go with".</param>
internal sealed record OptionRule(string Name, string What, Func<RuleFacts, bool> Holds, bool Needs)
{
    /// <summary>The refusal.</summary>
    internal CliException Refusal => Needs
        ? new CliException(ExitCode.Usage, $"{Name} needs {What}", $"leave {Name} out, or give {What}")
        : new CliException(ExitCode.Usage, $"{Name} does not go with {What}", $"leave one of the two out");
}

/// <summary>
/// Options mean what they say: one that would change nothing is refused. Every option of the commands that train is in
/// this table or among those that always mean something.
/// </summary>
internal static class OptionRules
{
    /// <summary>Options that mean something whatever else is given.</summary>
    internal static ImmutableHashSet<string> Always { get; } =
    [
        "--training", "--print-training", "--data", "--seed", "--normalize", "--model", "--batch", "--optimizer",
        "--lr", "--l2", "--lr-schedule", "--warm-up", "--algorithm", "--suite",
        "--rounding", "--weighting", "--server-optimizer", "--server-lr", "--average", "--rounds", "--target",
        "--patience", "--threshold-at", "--sites-per-round", "--parallel", "--output", "--json",
        "--report", "--resume", "--overwrite", "--insecure-two-sites", "--layout", "--baselines", "--compare",
        "--sites", "--trainer", "--bits", "--async", "--authority", "--server", "--client", "--key-holder", "--schema",
        "--vector", "--min-clients", "--threshold",
        "--colluding-key-holders", "--colluding-clients", "--max-clients", "--group-size", "--protocol-rounds",
        "--agreement-window", "--round-life", "--allow-early-resubmission", "--external-trainer",
        "--initial-weights", "--in-process", "--parameters", "--clients", "--key-holders", "--plan", "--clip",
        "--site-seconds",
    ];

    /// <summary>The others, each with what it needs.</summary>
    internal static ImmutableArray<OptionRule> All =>
    [
        .. Tables(),
        .. Models(),
        .. Trainers(),
        .. Optimisers(),
        .. Paces(),
        .. Sums(),
        .. Plans(),
    ];

    /// <summary>Refuses the first option that does not apply.</summary>
    /// <exception cref="CliException">Names the option and what it needs.</exception>
    internal static void Check(ParseResult result, TrainingDescription description)
    {
        RuleFacts facts = new(result, description);
        foreach (OptionRule rule in All.Where(rule => facts.Given(rule.Name) && !rule.Holds(facts)))
        {
            throw rule.Refusal;
        }
    }

    private static OptionRule Needs(string name, string what, Func<RuleFacts, bool> holds) =>
        new(name, what, holds, Needs: true);

    private static OptionRule Excludes(string name, string other) =>
        new(name, other, facts => !facts.Given(other), Needs: false);

    private static OptionRule Excludes(string name, string what, Func<RuleFacts, bool> clashes) =>
        new(name, what, facts => !clashes(facts), Needs: false);

    private static IEnumerable<OptionRule> Tables()
    {
        // Arrays have no columns; .npy alone has a label column among its own.
        static bool Arrays(RuleFacts facts) => facts.Data.Any(ArrayFiles.IsArray);
        static bool NoLabelColumn(RuleFacts facts) =>
            facts.Data
            .Any(path => ArrayFiles.IsArray(path) && !path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase));
        yield return Excludes("--label", "array files that hold their own labels", NoLabelColumn);
        foreach (string name in (string[])[.. ColumnNames.Remove("--label"), .. FileNames, "--site-column",
            "--split-column"])
        {
            yield return Excludes(name, "array files, which have no columns", Arrays);
        }

        foreach (string name in ColumnNames)
        {
            yield return Excludes(name, "a --training file that fixes data.schema",
                facts => facts.Description.Schema is not null);
        }

        yield return Excludes("--test", "--split-column");
        yield return Excludes("--test-fraction", "--test");
        yield return Excludes("--test-fraction", "--split-column");
        yield return Needs("--dirichlet", "--sites", facts => facts.Given("--sites"));
        yield return Excludes("--site-column", "--sites");
        foreach (string name in new[] { "--cross-validate", "--leave-one-site-out" })
        {
            foreach (string other in new[]
                { "--test", "--test-fraction", "--split-column", "--resume", "--print-training" })
            {
                yield return Excludes(name, other);
            }
        }

        yield return Needs("--min-site-rows", "--dirichlet", facts => facts.Given("--dirichlet"));
    }

    private static IEnumerable<OptionRule> Models()
    {
        static bool Mlp(RuleFacts facts) => facts.Given("--model") ? facts.Text("--model") == "mlp"
            : facts.Hidden && !facts.Given("--hidden");
        yield return Needs("--hidden", "--model mlp", Mlp);
        yield return Needs("--activation", "--model mlp", facts => facts.Hidden);
        yield return Needs("--mu", "--algorithm fedprox",
            facts => facts.Given("--algorithm") ? facts.Text("--algorithm") == "fedprox" : facts.Given("--training"));
        yield return Excludes("--local-epochs", "--local-steps",
            facts => facts.Given("--local-steps") && facts.Description.Value<int>("training.steps") > 0);
        yield return Excludes("--local-steps", "--local-epochs",
            facts => facts.Given("--local-epochs") && facts.Description.Value<int>("training.steps") > 0);
        yield return Excludes("--class-weights", "--model linear", facts => facts.Text("--model") == "linear");
        foreach (string trainer in new[] { "--trainer", "--external-trainer" })
        {
            foreach (string name in BuiltInOnly)
            {
                yield return Excludes(name, trainer);
            }
        }
    }

    private static IEnumerable<OptionRule> Trainers()
    {
        yield return Needs("--trainer-timeout", "--trainer", facts => facts.Given("--trainer"));
        yield return Needs("--on-trainer-fault", "--trainer", facts => facts.Given("--trainer"));
        yield return Excludes("--on-trainer-fault", "--async", facts => facts.Description.Has("asynchronous"));
        foreach (string name in new[] { "--tensor-clip", "--leave-out", "--max-clipped" })
        {
            yield return Needs(name, "--vector or --layout",
                facts => facts.Given("--vector") || facts.Given("--layout"));
        }
    }

    /// <summary>What an external trainer decides by itself.</summary>
    private static ImmutableArray<string> BuiltInOnly =>
    [
        "--model", "--hidden", "--activation", "--local-steps", "--local-epochs", "--batch",
        OptimiserTable.Local.Option, OptimiserTable.Local.Rate,
        .. OptimiserTable.Local.Settings.Select(setting => setting.Option),
        "--l2", "--lr-schedule", "--lr-step", "--lr-factor", "--lr-decay", "--lr-rounds", "--lr-floor", "--warm-up",
        "--class-weights", "--algorithm", "--mu",
    ];

    private static IEnumerable<OptionRule> Optimisers()
    {
        foreach (OptionRule rule in
            Hyperparameters(OptimiserTable.Local, facts => DescriptionShape.NameOf(facts.Optimizer)).Concat(
                Hyperparameters(OptimiserTable.Server,
                    facts => facts.Description.Value<string>("serverOptimizer.kind"))))
        {
            yield return rule;
        }

        RateScheduleKind[] ending = [RateScheduleKind.Cosine, RateScheduleKind.Exponential];
        (string Name, RateScheduleKind[] Kinds)[] schedules =
        [
            ("--lr-step", [RateScheduleKind.Step]), ("--lr-factor", [RateScheduleKind.Step]),
            ("--lr-decay", [RateScheduleKind.Inverse]), ("--lr-rounds", ending),
            ("--lr-floor", ending),
        ];
        foreach ((string name, RateScheduleKind[] kinds) in schedules)
        {
            yield return Needs(name, $"--lr-schedule {string.Join(" or ", kinds.Select(Lower))}",
                facts => kinds.Contains(facts.Schedule));
        }

        foreach (string name in new[] { "--weight-unit", "--max-weight" })
        {
            yield return Excludes(name, "--weighting equal",
                facts => facts.Description.Value<Weighting>("weighting") == Weighting.Equal);
        }
    }

    private static IEnumerable<OptionRule> Hyperparameters(OptimiserTable table, Func<RuleFacts, string> kind) =>
        table.Settings.Select(setting => Needs(
            setting.Option,
            $"{table.Option} {table.KindsWith(setting)}",
            facts => table.Has(kind(facts), setting)));

    private static IEnumerable<OptionRule> Paces()
    {
        static bool Asynchronous(RuleFacts facts) => facts.Description.Has("asynchronous");
        foreach (string name in new[] { "--staleness-exponent", "--max-staleness", "--evaluate-every" })
        {
            yield return Needs(name, "--async", facts => facts.Description.Has("asynchronous.arrivals"));
        }

        foreach (string name in new[] { "--sites-per-round", "--contributions" })
        {
            yield return Excludes(name, "--async", Asynchronous);
        }

        // The simulated clock has no deadline for a buffer; a deployed round may close with fewer arrivals.
        yield return Excludes("--deadline", "--async", facts => facts.Has("--site-seconds") && Asynchronous(facts));

        yield return Needs("--metric", "--target or --patience",
            facts => facts.Description.Value<double?>("stopping.target") is not null
                || facts.Description.Value<int>("stopping.patience") > 0);
        yield return Needs("--deadline", "--site-seconds",
            facts => !facts.Has("--site-seconds") || facts.Given("--site-seconds"));
    }

    private static IEnumerable<OptionRule> Sums()
    {
        static SumSettings Sum(RuleFacts facts) => facts.Description.Sum;
        // The demonstration's own description is chosen by --suite; a file says it all.
        foreach (string name in new[] { "--suite", "--wire" })
        {
            yield return Excludes(name, "--training", facts => facts.Has("--in-process") && facts.Given("--training"));
        }

        yield return Excludes("--malicious-server", "--in-process");
        yield return Needs("--wire", "--suite joint-key", facts => Sum(facts).Suite == SumSuite.JointKey);
        foreach (string name in new[] { "--rounds-per-key", "--smudging" })
        {
            yield return Needs(name, "--suite joint-key", facts => Sum(facts).Suite == SumSuite.JointKey);
        }

        foreach (string name in new[] { "--key-holders", "--threshold", "--min-clients", "--keep-ciphertexts" })
        {
            yield return Excludes(name, "--suite plaintext", facts => !Sum(facts).IsEncrypted);
        }

        foreach (string name in new[] { "--clip", "--rounding", "--compare", "--error-feedback" })
        {
            yield return Excludes(name, "--bits 32", facts => Sum(facts).IsFloat);
        }
    }

    private static IEnumerable<OptionRule> Plans()
    {
        foreach (string name in ColumnNames.AddRange(FileNames))
        {
            yield return Needs(name, "--schema-from",
                facts => !facts.Has("--schema-from") || facts.Given("--schema-from"));
        }

        yield return Excludes("--schema", "--schema-from");
        foreach (string name in Explained)
        {
            yield return Excludes(name, "--plan");
        }

        foreach (string name in new[] { "--task", "--inputs", "--class-count" })
        {
            yield return Excludes(name, "--schema or --schema-from, which say it",
                facts => facts.Given("--schema") || facts.Given("--schema-from")
                    || facts.Description.Schema is not null);
        }

        yield return Needs("--class-count", "--task multi-class",
            facts => !facts.Has("--task") || facts.Text("--task") == "multi-class");
        foreach (string name in TrainingOnly)
        {
            yield return Excludes(name, "--vector or --layout, which are for sums without training",
                facts => facts.Given("--vector") || facts.Given("--layout"));
        }
    }

    /// <summary>What is said of columns.</summary>
    private static ImmutableArray<string> ColumnNames =>
        [.. ColumnOptions.Create().Select(column => column.Option.Name)];

    /// <summary>What is said of how tables are written.</summary>
    private static ImmutableArray<string> FileNames => [.. new TableOptions().All.Select(option => option.Name)];

    /// <summary>What <c>plan explain</c> takes from a plan where it is given one.</summary>
    private static ImmutableArray<string> Explained =>
    [
        "--parameters", "--clients", "--min-clients", "--bits", "--clip", "--key-holders", "--threshold",
        "--colluding-key-holders", "--suite", "--wire", "--rounds-per-key", "--smudging",
    ];

    /// <summary>What sums without training have not.</summary>
    private static ImmutableArray<string> TrainingOnly =>
    [
        .. new TermOptions(deployed: true).Terms
            .Where(term => !term.Path.StartsWith("sum.", StringComparison.Ordinal) && term.Path != "clips")
            .Select(term => term.Option.Name),
        "--schema", "--schema-from", "--task", "--inputs", "--class-count", "--external-trainer", "--initial-weights",
        "--model", "--algorithm", "--mu",
    ];

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
