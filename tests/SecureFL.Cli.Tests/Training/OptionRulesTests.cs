using System.CommandLine;
using SecureFL.Cli.Demo;
using SecureFL.Cli.Plans;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Simulate;
using SecureFL.Cli.Training;
using SecureFL.Consortium.Plans.Descriptions;

namespace SecureFL.Cli.Tests.Training;

/// <summary>
/// The table of what options need is complete, and every row of it refuses what it should and nothing else.
/// </summary>
public sealed class OptionRulesTests : IDisposable
{
    private static readonly Command[] Commands =
        [SimulateCommand.Create(), NewPlanCommand.Create(), ExplainCommand.Create(), DemoCommand.Create()];
    private readonly string _settled = Path.GetTempFileName();

    public OptionRulesTests() => File.WriteAllText(
        _settled,
        """{ "data": { "schema": { "features": [{ "name": "a", "kind": "numeric" }], "label": { "name": "y", "task": "binary", "classes": ["0", "1"] } } } }""");

    [Fact]
    public void Every_option_of_the_training_commands_is_in_the_table()
    {
        string[] options = [.. Commands.SelectMany(command => command.Options).Select(option => option.Name).Distinct()
            .Where(name => name != "--help")];
        HashSet<string> known = [.. OptionRules.Always, .. OptionRules.All.Select(rule => rule.Name)];
        Assert.Equal([], options.Except(known));
        Assert.Equal([], known.Except(options));
    }

    [Fact]
    public void Every_rule_refuses_its_option_by_both_names_where_it_does_not_apply_and_passes_it_where_it_does()
    {
        foreach (OptionRule rule in OptionRules.All)
        {
            int commands = 0;
            foreach (Command command in Commands.Where(
                command => command.Options.Any(option => option.Name == rule.Name)))
            {
                string[] option = Words(command, rule.Name);
                string[] other = Context(rule);
                if (other.Contains("plaintext") && command.Name != "simulate")
                {
                    continue;
                }

                if (!other.Where(word => word.StartsWith("--", StringComparison.Ordinal))
                    .All(name => command.Options.Any(known => known.Name == name)))
                {
                    continue;
                }

                // What a regression has by default, a perceptron has not.
                CliException? refused = rule.Needs
                    ? Find(command, rule, option) ?? Find(command, rule, [.. option, "--model", "mlp"])
                    : Find(command, rule, [.. option, .. other]);
                if (refused is null)
                {
                    continue; // not for this command: --deadline of a plan needs no simulated clock
                }

                Assert.StartsWith(rule.Name, refused.Message, StringComparison.Ordinal);
                Assert.Contains(rule.What, refused.Message, StringComparison.Ordinal);
                Assert.Null(Find(command, rule, rule.Needs ? [.. option, .. other] : option));
                commands++;
            }

            Assert.True(commands > 0, $"no command refuses: {rule.Refusal.Message}");
        }
    }

    [Theory]
    [InlineData("--mu 0.1", "--mu needs --algorithm fedprox")]
    [InlineData("--tau 0.1 --server-optimizer fedavgm",
        "--tau needs --server-optimizer fedadagrad, fedadam or fedyogi")]
    [InlineData("--hidden 3 --model softmax", "--hidden needs --model mlp")]
    [InlineData("--local-epochs 2 --local-steps 5", "--local-epochs does not go with --local-steps")]
    [InlineData("--wire packed", "--wire needs --suite joint-key")]
    [InlineData("--label ill --data x.npz", "--label does not go with array files")]
    [InlineData("--label-threshold 1 --data x.npy", "--label-threshold does not go with array files")]
    [InlineData("--momentum 0.8 --model mlp", "--momentum needs --optimizer momentum or preconditioned")]
    [InlineData("--lr-factor 0.5 --optimizer sgd", "--lr-factor needs --lr-schedule step")]
    [InlineData("--rounding nearest --suite plaintext --bits 32", "--rounding does not go with --bits 32")]
    public void Options_that_do_not_apply_are_refused_before_any_file_is_read(string words, string message)
    {
        (string[] data, string[] rest) = words.Contains("--data", StringComparison.Ordinal)
            ? (Array.Empty<string>(), words.Split(' ')) : (["--data", "none.csv"], words.Split(' '));
        CliException refused = Assert.Throws<CliException>(() => Check(Commands[0], [.. data, .. rest]));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, refused.Code);
    }

    [Theory]
    [InlineData("--mu 0.1 --algorithm fedprox")]
    [InlineData("--hidden 3 --model mlp --activation tanh")]
    [InlineData("--local-epochs 2 --local-steps 0")]
    [InlineData("--momentum 0.8 --lr-floor 0.01")]
    [InlineData("--label -1 --data x.npy")]
    [InlineData("--wire seal --suite joint-key --key-holders 3")]
    [InlineData("--deadline 3 --site-seconds 1,1,9")]
    [InlineData("--async 3 --site-seconds 1,1,9 --max-staleness 4")]
    [InlineData("--server-optimizer fedyogi --tau 0.1 --server-beta2 0.9 --server-bias-correction")]
    public void Options_that_apply_pass(string words) =>
        Check(Commands[0],
            [.. words.Contains("--data", StringComparison.Ordinal) ? Array.Empty<string>() : ["--data", "none.csv"],
                .. words.Split(' ')]);

    public void Dispose() => File.Delete(_settled);

    private static void Check(Command command, string[] words)
    {
        ParseResult result = command.Parse(words);
        OptionRules.Check(result, Description(command, result));
    }

    private static RuleFacts Facts(Command command, string[] words)
    {
        ParseResult result = command.Parse(words);
        return new RuleFacts(result, Description(command, result));
    }

    private static CliException? Find(Command command, OptionRule rule, string[] words) =>
        rule.Holds(Facts(command, words)) ? null : rule.Refusal;

    private static TrainingDescription Description(Command command, ParseResult result)
    {
        if (command.Options.Any(option => option.Name == "--training"))
        {
            // A set of options of one's own reads by name: the values are the command's.
            TermOptions terms = new(deployed: command.Name == "new");
            Command twin = new("twin");
            terms.AddTo(twin);
            HashSet<string> known = [.. terms.All.SelectMany(option => option.Aliases.Append(option.Name))];
            List<string> words = [];
            foreach (Option option in command.Options
                .Where(option => known.Contains(option.Name) && TermOptions.IsGiven(result, option)))
            {
                words.Add(option.Name);
                words.AddRange(result.GetResult(option)!.Tokens.Select(token => token.Value));
            }

            return terms.Read(twin.Parse(words));
        }

        Option? suite = command.Options.FirstOrDefault(option => option.Name == "--suite");
        bool joint = suite is not null && result.GetResult(suite) is { } given
            && given.Tokens.Any(token => token.Value == "joint-key");
        return TrainingDescription.Default.With("sum.suite", joint ? SumSuite.JointKey : SumSuite.OneTimeKey);
    }

    private static string[] Words(Command command, string name)
    {
        Option option = command.Options.Single(option => option.Name == name);
        if (option.ValueType == typeof(bool))
        {
            return [name];
        }

        string value = name switch
        {
            "--missing" => "drop",
            "--dates" => "day-first",
            "--header" => "no",
            "--activation" => "tanh",
            "--class-weights" => "balanced",
            "--model" => "mlp",
            "--optimizer" => "adam",
            "--lr-schedule" => "step",
            "--algorithm" => "fedprox",
            "--wire" => "packed",
            "--suite" => "one-time-key",
            "--rounding" => "nearest",
            "--weighting" => "samples",
            "--server-optimizer" => "fedadam",
            "--normalize" => "site",
            "--site-seconds" => "1,1,1",
            "--task" => "binary",
            "--bits" => "16",
            "--metric" => "accuracy",
            "--training" => "none.json",
            "--test-fraction" or "--average" or "--momentum" or "--server-momentum" or "--beta1" or "--beta2"
                or "--server-beta1" or "--server-beta2" or "--rms-decay" => "0.5",
            _ => "1",
        };
        return [name, value];
    }

    // What makes a rule hold (needs) or break (does not go with).
    private string[] Context(OptionRule rule) => rule.What switch
    {
        _ when rule.What.StartsWith("array files", StringComparison.Ordinal) => ["--data", "x.npz"],
        _ when rule.What.StartsWith("a --training file", StringComparison.Ordinal) => ["--training", _settled],
        _ when rule.What.StartsWith("--vector", StringComparison.Ordinal) => ["--vector", "10"],
        "--schema or --schema-from, which say it" => ["--schema", "s.json"],
        "--target or --patience" => ["--patience", "3"],
        "--deadline or --async" => ["--async", "3"],
        "--local-epochs" => rule.Name == "--local-steps" ? ["--local-epochs", "2"] : [],
        "--local-steps" => ["--local-steps", "2"],
        "--external-trainer" => ["--external-trainer"],
        "--training" => ["--training", _settled],
        "--async" => ["--async", "3"],
        _ when rule.What.StartsWith("--", StringComparison.Ordinal) => Pair(rule.What.Split(' ', ',')),
        _ => throw new InvalidOperationException(rule.What),
    };

    private static string[] Pair(string[] words) => words.Length > 1 ? words[..2]
        : words[0] is "--resume" or "--print-training" ? words : [words[0], words[0] switch
    {
        "--sites" => "3",
        "--site-seconds" => "1,1,1",
        "--test-fraction" => "0.1",
        _ => "x",
    }];
}
