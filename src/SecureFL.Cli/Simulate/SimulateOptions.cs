using System.CommandLine;
using SecureFL.Ckks.JointKey;
using SecureFL.Cli.Evaluations;
using SecureFL.Cli.Shell;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary>The options of <c>simulate</c> that concern training and sums.</summary>
internal sealed class SimulateOptions
{
    internal Option<string> Model { get; } = Choice("--model", "auto", "the model: auto takes the regression that fits the label; mlp is a perceptron", "auto", "linear", "logistic", "softmax", "mlp");

    internal Option<string?> Hidden { get; } = new("--hidden") { Description = "units of the mlp's hidden layers, for example 64 or 128,32", HelpName = "N,N" };

    internal Option<int> Rounds { get; } = new("--rounds") { Description = "rounds at most", DefaultValueFactory = _ => 20 };

    internal Option<int> LocalSteps { get; } = new("--local-steps") { Description = "optimiser steps a site takes in a round; 0 counts --local-epochs instead", DefaultValueFactory = _ => 0 };

    internal Option<int> LocalEpochs { get; } = new("--local-epochs") { Description = "passes over a site's rows in a round, where --local-steps is 0", DefaultValueFactory = _ => 1 };

    internal Option<int> Batch { get; } = new("--batch") { Description = "rows a step; 0 is the full batch", DefaultValueFactory = _ => 32 };

    internal Option<float> LearningRate { get; } = new("--lr") { Description = "the sites' learning rate", DefaultValueFactory = _ => 0.1f };

    internal Option<string> Optimizer { get; } = Choice("--optimizer", "sgd", "the sites' optimiser; its state starts anew every round", "sgd", "momentum", "adam", "adamw", "rmsprop");

    internal Option<float> L2 { get; } = new("--l2") { Description = "adds L2/2 |weights|^2 to the objective", DefaultValueFactory = _ => 0f };

    internal Option<string> ClassWeights { get; } = Choice("--class-weights", "none", "balanced weighs rare classes up, from counts that are summed securely", "none", "balanced");

    internal Option<string?> Trainer { get; } = new("--trainer") { Description = "train with this command instead, for example \"python3 train.py\"; its last argument is a folder with task.json, weights and data", HelpName = "COMMAND" };

    /// <summary>Null for ever.</summary>
    internal Option<double?> TrainerTimeout { get; } = TrainerTimeoutOption();

    internal Option<string> OnTrainerFault { get; } = Choice(
        "--on-trainer-fault", "stop", "when a site's trainer fails: end the run, or leave the site out of the round while at least --min-clients others are there", "stop", "leave-out");

    internal Option<string> Suite { get; } = Choice("--suite", "one-time-key", "joint-key is multiparty CKKS under one key of all key holders; plaintext sums the same integers in the clear (floats with --bits 32)", "one-time-key", "joint-key", "plaintext");

    internal Option<string> Wire { get; } = WireChoice();

    /// <summary>The option that <c>simulate</c>, <c>demo</c>, <c>plan new</c> and <c>plan explain</c> have.</summary>
    internal static Option<string> WireChoice() => Choice(
        "--wire", "packed", "joint-key: how ciphertexts travel; seal sends Microsoft SEAL 4.1 objects, larger, which any SEAL program can make", "packed", "seal");

    /// <summary>The wire mode asked for; only the joint-key suite has a choice.</summary>
    internal static WireMode WireOf(string? name, SumSuite suite) => name != "seal" ? WireMode.Packed
        : suite == SumSuite.JointKey ? WireMode.Seal
        : throw new CliException(ExitCode.Usage, "--wire seal is for --suite joint-key", "one-time keys have ciphertexts of one polynomial, which SEAL has not");

    /// <summary>A suite's name on the command line.</summary>
    internal static string NameOf(SumSuite suite) => suite switch
    {
        SumSuite.Plaintext => "plaintext",
        SumSuite.JointKey => "joint-key",
        _ => "one-time-key",
    };

    /// <summary>The suites by their names on the command line.</summary>
    internal static SumSuite SuiteOf(string? name) => name switch
    {
        "plaintext" => SumSuite.Plaintext,
        "joint-key" => SumSuite.JointKey,
        _ => SumSuite.OneTimeKey,
    };

    internal Option<int> Bits { get; } = new("--bits") { Description = "bits of a quantised element, 4 to 24", DefaultValueFactory = _ => 16 };

    internal Option<float?> Clip { get; } = new("--clip") { Description = "elements of all tensors' updates are clipped to [-CLIP, CLIP]; by default found for each tensor by a secure sum before the first round, and printed", HelpName = "CLIP" };

    internal Option<int> KeyHolders { get; } = new("--key-holders") { Description = "key holders", DefaultValueFactory = _ => 3 };

    internal Option<int> Threshold { get; } = new("--threshold") { Description = "key holders that open a sum together", DefaultValueFactory = _ => 2 };

    internal Option<int> MinClients { get; } = new("--min-clients") { Description = "fewest sites in a sum that is opened, at least 3", DefaultValueFactory = _ => 3 };

    internal Option<string> Weighting { get; } = Choice("--weighting", "samples", "the mean of updates is weighted by training rows (which are only summed, never shown), or not", "samples", "equal");

    internal Option<string> Algorithm { get; } = Choice("--algorithm", "fedavg", "fedprox holds sites near the global model by --mu", "fedavg", "fedprox");

    internal Option<float> Mu { get; } = new("--mu") { Description = "mu of fedprox", DefaultValueFactory = _ => 0.01f };

    internal Option<string> ServerOptimizer { get; } = Choice(
        "--server-optimizer", "fedavg", "what the server does with the opened mean update", "fedavg", "fedavgm", "fedadagrad", "fedadam", "fedyogi");

    internal Option<double?> ServerRate { get; } = new("--server-lr") { Description = "the server's learning rate; by default 1, and 0.01 for the adaptive ones", HelpName = "RATE" };

    internal Option<double> Average { get; } = new("--average") { Description = "decay of a moving average of the global model, which is then what is delivered; 0 for none", DefaultValueFactory = _ => 0.0 };

    internal Option<int> SitesPerRound { get; } = new("--sites-per-round") { Description = "sites drawn for each round; 0 is all of them", DefaultValueFactory = _ => 0 };

    internal Option<int?> Async { get; } = new("--async") { Description = "asynchronous rounds: sum after K arrivals, older updates count less", HelpName = "K" };

    internal Option<int?> EvaluateEvery { get; } = new("--evaluate-every")
    {
        Description = "with --async: all sites evaluate every Nth version, in a sum of its own; by default every one, and the last always",
        HelpName = "N",
    };

    internal Option<string?> SiteSeconds { get; } = new("--site-seconds") { Description = "simulated seconds of each site's task, for example 10,1,1,1", HelpName = "S,S" };

    internal Option<double?> Deadline { get; } = new("--deadline") { Description = "simulated seconds after which a round leaves slow sites behind (with --site-seconds)", HelpName = "S" };

    internal Option<string?> Metric { get; } = StoppingMetric.Option();

    internal Option<double?> Target { get; } = new("--target") { Description = "stop when the metric is this good: at least this, or at most where less is better", HelpName = "VALUE" };

    internal Option<int> Patience { get; } = new("--patience") { Description = "stop after this many rounds without a better value of the metric; 0 for never", DefaultValueFactory = _ => 0 };

    internal Option<double> ThresholdAt { get; } = MetricText.ThresholdOption();

    internal Option<int> Parallel { get; } = new("--parallel") { Description = "sites trained at the same time", DefaultValueFactory = _ => 1 };

    internal Option<string> Baselines { get; } = Choice(
        "--baselines", "auto", "train each site alone and all rows in one place beside it, to compare; auto does so where it takes some seconds at most", "auto", "on", "off");

    internal Option<bool> Compare { get; } = new("--compare") { Description = "run the integers and the floats in the clear beside it, and compare the models" };

    internal Option<bool> InsecureTwoSites { get; } = new("--insecure-two-sites") { Description = "for trials: sum two sites, although each can subtract itself from the sum and has the other's update" };

    internal Option<DirectoryInfo?> Output { get; } = new("--output") { Description = "folder for model, checkpoints and transcripts; by default the --json file's name with -run, or securefl-run. One that holds a run is refused", HelpName = "FOLDER" };

    internal Option<bool> Overwrite { get; } = new("--overwrite") { Description = "remove the earlier run in the --output folder first" };

    internal Option<bool> Resume { get; } = new("--resume") { Description = "go on from the checkpoint in the --output folder, to the same final weights" };

    internal Option<bool> KeepCiphertexts { get; } = new("--keep-ciphertexts") { Description = "keep all uploads, so that verify --ciphertexts can recompute the sums" };

    internal Option<FileInfo?> Json { get; } = new("--json") { Description = "write rounds and results to this file; one that is there is replaced", HelpName = "FILE" };

    internal Option<FileInfo?> Report { get; } = new("--report") { Description = "write a report to this HTML file, which needs no network; one that is there is replaced", HelpName = "FILE" };

    internal void AddTo(Command command)
    {
        Option[] all =
        [
            Model, Hidden, Rounds, LocalSteps, LocalEpochs, Batch, LearningRate, Optimizer, L2, ClassWeights, Trainer, TrainerTimeout, OnTrainerFault, Suite, Wire, Bits, Clip, KeyHolders, Threshold,
            MinClients, InsecureTwoSites, Weighting, Algorithm, Mu, ServerOptimizer, ServerRate, Average, SitesPerRound, Async, EvaluateEvery, SiteSeconds, Deadline, Metric, Target, Patience,
            ThresholdAt, Parallel, Baselines, Compare, Output, Overwrite, Resume,
            KeepCiphertexts, Json, Report,
        ];
        foreach (Option option in all)
        {
            command.Add(option);
        }
    }

    /// <summary>The option that <c>simulate</c> and <c>client run</c> have.</summary>
    internal static Option<double?> TrainerTimeoutOption() => new("--trainer-timeout") { Description = "seconds after which a run of the --trainer command is ended and counts as failed; by default it may take for ever", HelpName = "SECONDS" };

    /// <summary>The time limit asked for.</summary>
    internal static TimeSpan? LimitOf(double? seconds) => seconds switch
    {
        null => null,
        > 0 and <= 31_536_000 and double value => TimeSpan.FromSeconds(value),
        _ => throw new CliException(ExitCode.Usage, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"--trainer-timeout {seconds}: more than 0 and at most 31536000 seconds"), "for example --trainer-timeout 600"),
    };

    /// <summary>The server optimisers by their names on the command line.</summary>
    internal static ServerOptimizerKind ServerKind(string name) => Enum.Parse<ServerOptimizerKind>(name, ignoreCase: true);

    /// <summary>The local optimisers by their names on the command line.</summary>
    internal static LocalOptimizerKind LocalKind(string name) => Enum.Parse<LocalOptimizerKind>(name, ignoreCase: true);

    internal static Option<string> Choice(string name, string standard, string description, params string[] values)
    {
        Option<string> option = new(name) { Description = description, DefaultValueFactory = _ => standard };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
