using System.CommandLine;
using SecureFL.Cli.Evaluations;
using SecureFL.Cli.Options;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Training;

namespace SecureFL.Cli.Simulate;

/// <summary>The options of <c>simulate</c> beside those that describe the training.</summary>
internal sealed class SimulateOptions
{
    /// <summary>What describes the training.</summary>
    internal TermOptions Terms { get; } = new(deployed: false);

    internal Option<bool> PrintTraining { get; } = new("--print-training")
    { Description = "print the whole settled description, columns included, and train nothing" };

    internal Option<string?> Trainer { get; } = new("--trainer")
    {
        Description =
                "train with this command instead, for example \"python3 train.py\"; its last argument is a folder "
                + "with task.json, weights and data",
        HelpName = "COMMAND"
    };

    /// <summary>Null for ever.</summary>
    internal Option<double?> TrainerTimeout { get; } = TimeLimits.TrainerTimeout();

    internal Option<string> OnTrainerFault { get; } = Choices.Of(
        "--on-trainer-fault", "stop",
        "when a site's trainer fails: end the run, or leave the site out of the round, or of the clips found before "
        + "the first one, while at least --min-clients others are there", "stop", "leave-out");

    internal Option<int> KeyHolders { get; } = new("--key-holders")
    { Description = "key holders, from --threshold", HelpName = "N", DefaultValueFactory = _ => 3 };

    internal Option<string?> SiteSeconds { get; } = new("--site-seconds")
    { Description = "simulated seconds of each site's task, for example 10,1,1,1", HelpName = "S,S" };

    internal Option<double> ThresholdAt { get; } = MetricText.ThresholdOption();

    internal Option<int> Parallel { get; } = new("--parallel")
    { Description = "sites trained at the same time, from 1", HelpName = "N", DefaultValueFactory = _ => 1 };

    internal Option<string> Baselines { get; } = Choices.Of(
        "--baselines", "auto",
        "train each site alone and all rows in one place beside it, to compare; auto does so where it takes some "
        + "seconds at most", "auto", "on", "off");

    internal Option<int> CrossValidate { get; } = new("--cross-validate")
    {
        Description =
            "measure by K folds, from 2 to 1000, of every site's rows, each a whole run on the other folds; the "
            + "model delivered is trained on all rows",
        HelpName = "K",
    };

    internal Option<bool> LeaveOneSiteOut { get; } = new("--leave-one-site-out")
    {
        Description =
            "measure on each site's rows a model of the other sites, each a whole run; the model delivered is "
            + "trained on all sites",
    };

    internal Option<bool> Compare { get; } = new("--compare")
    { Description = "run the integers and the floats in the clear beside it, and compare the models" };

    internal Option<bool> InsecureTwoSites { get; } = new("--insecure-two-sites")
    {
        Description =
                "for trials: sum two sites, although each can subtract itself from the sum and has the other's "
                + "update"
    };

    internal Option<DirectoryInfo?> Output { get; } = new("--output")
    {
        Description =
                "folder for model, checkpoints and transcripts; by default the --json file's name with -run, or "
                + "securefl-run. One that holds a run is refused",
        HelpName = "FOLDER"
    };

    internal Option<bool> Overwrite { get; } = new("--overwrite")
    { Description = "remove the earlier run in the --output folder first" };

    internal Option<bool> Resume { get; } = new("--resume")
    { Description = "go on from the checkpoint in the --output folder, to the same final weights" };

    internal Option<bool> KeepCiphertexts { get; } = new("--keep-ciphertexts")
    { Description = "keep all uploads, so that verify --ciphertexts can recompute the sums" };

    internal Option<FileInfo?> Json { get; } = new("--json")
    { Description = "write rounds and results to this file; one that is there is replaced", HelpName = "FILE" };

    internal Option<FileInfo?> Report { get; } = new("--report")
    {
        Description = "write a report to this HTML file, which needs no network; one that is there is replaced",
        HelpName = "FILE"
    };

    internal void AddTo(Command command)
    {
        Terms.AddTo(command);
        HelpGroups.Add(
            command, "The simulated consortium",
            [Trainer, TrainerTimeout, OnTrainerFault, KeyHolders, InsecureTwoSites, SiteSeconds, Parallel]);
        HelpGroups.Add(command, "What is measured beside it",
            [ThresholdAt, Baselines, CrossValidate, LeaveOneSiteOut, Compare]);
        HelpGroups.Add(command, "What is written",
            [PrintTraining, Output, Overwrite, Resume, KeepCiphertexts, Json, Report]);
    }
}
